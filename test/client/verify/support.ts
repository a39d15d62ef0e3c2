/** `redpack verify` in this process, and what it printed. */
import { verifyCommand } from '../../../client/verify/command.ts';
import type { VerifyIo } from '../../../client/verify/play.ts';

export interface Ended {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

export function verify(...args: readonly string[]): Promise<Ended> {
  return verifyIn({}, ...args);
}

/** @param more of the process that it runs in */
export async function verifyIn(
  more: Pick<VerifyIo, 'onInterrupt'>,
  ...args: readonly string[]
): Promise<Ended> {
  let [out, err] = ['', ''];
  let code: number | undefined;
  const write = (text: string): void => {
    out += text;
  };
  const warn = (text: string): void => {
    err += text;
  };
  const exit = (ended: number): void => {
    code = ended;
  };
  try {
    await verifyCommand({ write, warn, exit, ...more }).parseAsync([...args], { from: 'user' });
  } catch (error) {
    code = (error as { exitCode?: number }).exitCode;
    if (code === undefined) throw error;
  }
  return { code, out, err };
}
