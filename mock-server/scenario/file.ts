/**
 * The text of a scenario file. A named pipe, a device or a file without end would hold up the whole process, and its signals with it:
 * what is not a plain file of a sensible size is refused before it is read.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';

/** The largest of the package's own has 4 KB. */
export const SCENARIO_BYTES_MAX = 65_536;

/** Without it, opening a pipe that took the file's place after we looked would wait for a writer. Windows has no such pipes. */
const READ_WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** @throws Error, node's own or with a sentence that goes on from the file's name */
export function readScenarioFile(path: string): string {
  // A device may do something already when it is opened.
  refuseOdd(statSync(path));
  const file = openSync(path, READ_WITHOUT_WAITING);
  try {
    refuseOdd(fstatSync(file));
    return readUpTo(file, SCENARIO_BYTES_MAX);
  } finally {
    closeSync(file);
  }
}

function refuseOdd(stats: Stats): void {
  if (!stats.isFile()) throw new Error(`it is ${kindOf(stats)}: ${EXPECTED}`);
  if (stats.size > SCENARIO_BYTES_MAX) throw tooLarge();
}

const EXPECTED = `expected a regular file of at most ${SCENARIO_BYTES_MAX} bytes`;

function tooLarge(): Error {
  return new Error(`it is too large: ${EXPECTED}`);
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isDirectory()) return 'a folder';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/** A file may grow while it is read, and those of /proc say that they are empty. */
function readUpTo(file: number, bytesMax: number): string {
  const buffer = Buffer.allocUnsafe(bytesMax + 1);
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(file, buffer, length, buffer.length - length, null);
    if (read === 0) return buffer.toString('utf8', 0, length);
    length += read;
  }
  throw tooLarge();
}
