/**
 * Notices that a file has another content. Its folder is watched, because editors save by putting another file in its place; and what
 * counts is the content, because one save comes as several events, and other files of the folder change too.
 */
import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/** So long a file must have been left alone: whoever saves may empty it first, and write in pieces. */
const QUIET_MS = 60;
/** So long a file may be gone before that is taken for an answer. */
const GONE_MS = 500;

interface Watching {
  /** Its text, never waited for. @throws when there is none, or it cannot be read */
  read(path: string): string;
  /** The content is another, or the file is gone. */
  onChange(): void;
  /** Changes are not noticed any more. */
  onError(error: Error): void;
}

/** @returns a function that ends it */
export function watchFile(path: string, { read, onChange, onError }: Watching): () => void {
  const name = basename(path);
  const content = (): Content => contentOf(path, read);
  let seen = content();
  let timer: NodeJS.Timeout | undefined;

  const lookIn = (ms: number, look: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      look();
    }, ms);
  };
  const tell = (): void => {
    const now = content();
    if (isDeepStrictEqual(now, seen)) return;
    seen = now;
    onChange();
  };
  const look = (): void => ('text' in content() ? tell() : lookIn(GONE_MS, tell));

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

/** Whoever loads a file that is gone or odd will say why; here it counts only that the reason is another. */
type Content = { readonly text: string } | { readonly unread: string };

function contentOf(path: string, read: Watching['read']): Content {
  try {
    return { text: read(path) };
  } catch (error) {
    return { unread: error instanceof Error ? error.message : String(error) };
  }
}
