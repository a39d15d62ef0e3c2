/** A scenario file that is edited while it is served: loaded, checked, and swapped in as a whole; a broken edit changes nothing. */
import { CertificateError } from './certificates/bundle.ts';
import { readScenarioFile } from './scenario/file.ts';
import { ScenarioError } from './scenario/folder.ts';
import type { Scenario } from './scenario/schema.ts';
import { MockUsageError } from './usage.ts';
import { watchFile } from './watch.ts';

/** What became of an edit. */
export type Reload =
  | {
      readonly ok: true;
      readonly file: string;
      readonly scenario: Scenario;
      /** What of it takes effect later, and which merchants came or went: in sentences. */
      readonly notes: readonly string[];
    }
  /** The old one is still served. `reason`: a line per fault, with file, line, path and what was expected. */
  | { readonly ok: false; readonly file: string; readonly reason: string };

interface Reloading {
  /** Reads the file and puts it in the place of the old one. @returns what there is to know of it */
  load(): Promise<{ scenario: Scenario; notes: readonly string[] }>;
  onReload(reload: Reload): void;
  /** Told of failures of the mock itself. */
  onFault(error: unknown): void;
}

/** @returns a function that ends it, and resolves when nothing is under way */
export function reloadOnSave(
  file: string,
  { load, onReload, onFault }: Reloading,
): () => Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  const fail = (reason: string): void => onReload({ ok: false, file, reason });

  const reload = async (): Promise<void> => {
    try {
      onReload({ ok: true, file, ...(await load()) });
    } catch (error) {
      if (isRefusal(error)) fail(error.message);
      else onFault(error);
    }
  };
  const unwatched = (error: Error): void => fail(`its folder cannot be watched: ${error.message}`);

  try {
    const end = watchFile(file, {
      read: readScenarioFile,
      onChange: () => {
        turn = turn.then(reload);
      },
      onError: unwatched,
    });
    return () => {
      end();
      return turn;
    };
  } catch (error) {
    unwatched(error as Error);
    return async () => undefined;
  }
}

function isRefusal(error: unknown): error is Error {
  return (
    error instanceof ScenarioError ||
    error instanceof CertificateError ||
    error instanceof MockUsageError
  );
}
