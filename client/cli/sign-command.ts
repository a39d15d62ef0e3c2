/** `redpack sign`: a body from a file or from stdin, to the sign doctor. It dials nothing. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { ENDPOINTS, type EndpointName } from '../../contracts/core.ts';
import { type Context, UsageError } from './context.ts';
import { resolveKey } from './settings.ts';
import { signCommand as diagnose } from './sign.ts';
import { addKeyOptions, type SettingFlags } from './sources.ts';

interface SignFlags extends SettingFlags {
  readonly endpoint?: EndpointName;
  readonly json?: boolean;
}

const HELP = `
Example:
  redpack sign --mock request.xml

Exit codes: 0 the signature is right, or was made now, 1 it is wrong, 2 usage, or no XML`;

export function signCommand(context: Context, end: (exitCode: number) => void): Command {
  const command = new Command('sign')
    .description('sign a request body, or say what is wrong with its signature')
    .argument('[file.xml]', 'the body; left out: stdin')
    .addOption(
      new Option('--endpoint <name>', 'told from the fields if not given').choices(ENDPOINTS),
    )
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, flags: SignFlags) =>
      end(await sign(file, flags, context)),
    );
  return addKeyOptions(command);
}

async function sign(file: string | undefined, flags: SignFlags, context: Context): Promise<number> {
  const key = await resolveKey(flags, context);
  const bytes = file === undefined ? await context.readStdin() : read(file, context);
  const { endpoint, json } = flags;
  const { text, exitCode } = diagnose({ bytes, key, endpoint, json });
  if (exitCode === 2) context.warn(text);
  else context.write(text);
  return exitCode;
}

function read(file: string, { cwd }: Context): Uint8Array {
  try {
    return readFileSync(resolve(cwd, file));
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
}
