/**
 * Notices that a file has another content. Its folder is watched, because editors save by putting another file in its place; and what
 * counts is the content, because one save comes as several events, and other files of the folder change too.
 */
import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** So long a file must have been left alone: whoever saves may empty it first, and write in pieces. */
const QUIET_MS = 60;
/** So long a file may be gone before that is taken for an answer. */
const GONE_MS = 500;

interface Watching {
  /** The content is another, or the file is gone. */
  onChange(): void;
  /** Changes are not noticed any more. */
  onError(error: Error): void;
}

/** @returns a function that ends it */
export function watchFile(path: string, { onChange, onError }: Watching): () => void {
  const name = basename(path);
  let seen = contentOf(path);
  let timer: NodeJS.Timeout | undefined;

  const lookIn = (ms: number, look: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      look();
    }, ms);
  };
  const tell = (): void => {
    const content = contentOf(path);
    if (content === seen) return;
    seen = content;
    onChange();
  };
  const look = (): void => (contentOf(path) === undefined ? lookIn(GONE_MS, tell) : tell());

  const watcher = watch(dirname(path), (_event, changed) => {
    // Another file may be what ours is a link to. It does not put off looking, or a busy folder would for ever.
    if (changed === name || timer === undefined) lookIn(QUIET_MS, look);
  });
  watcher.on('error', onError);
  return () => {
    watcher.close();
    clearTimeout(timer);
  };
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // gone, or not readable: whoever loads it will say why
  }
}
