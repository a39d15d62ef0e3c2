/** What a certificate directory rests on: one root, and the server's pair under it. Made when they are missing or no longer sound. */
import { join } from 'node:path';
import { DAY_MS, REAL_HOST } from '../../contracts/core.ts';
import type { ServerNames } from './authority.ts';
import { type Files, keepPair, newKey, type Pair, readPair, sound } from './pair-files.ts';
import type { P12Form } from './pkcs12.ts';
import { alone } from './turns.ts';

/** Where an open directory stands: everything that reads or makes something in it needs to know. */
export interface Home {
  readonly dir: string;
  readonly now: () => Date;
  readonly p12Form: P12Form;
}

/** The root: it issues merchant and server certificates alike. */
export type Authority = Pair;

/** What the server presents. */
export type ServerCertificate = Pair;

/** What is wrong with a server's certificate. */
export type Unfit = 'expired-certificate' | 'wrong-host' | 'foreign-ca';

const SERVER_NAMES: ServerNames = {
  hosts: ['localhost', REAL_HOST],
  addresses: ['127.0.0.1', '::1'],
};

/** Whom a certificate for the wrong host is for. */
const OTHER_NAMES: ServerNames = { hosts: ['redpack.example'], addresses: ['192.0.2.1'] };
/** Longer ago than a server's certificate is valid. */
const EXPIRED_AFTER_MS = 6 * 365 * DAY_MS;

const ROOT_FILES: Files = { cert: 'root.pem', key: 'root-key.pem' };
const SERVER_FILES: Files = { cert: 'server.pem', key: 'server-key.pem' };

interface House {
  readonly root: Authority;
  readonly server: ServerCertificate;
}

/** Also a sound RSA root that somebody put there is used as it is. */
export async function openHouse(home: Home): Promise<House> {
  const root = await readRoot(home);
  const server = root && (await readServer(home, root));
  return root && server ? { root, server } : makeHouse(home);
}

async function makeHouse(home: Home): Promise<House> {
  const [sign, rootKey, serverKey] = await Promise.all([
    import('./authority.ts'),
    newKey(),
    newKey(),
  ]);

  async function makeRoot(): Promise<Authority> {
    const made = { cert: sign.signRoot(rootKey, home.now()), key: rootKey };
    return keepPair(join(home.dir, 'ca'), ROOT_FILES, made);
  }

  async function makeServer(root: Authority): Promise<ServerCertificate> {
    const cert = sign.signServer(root, SERVER_NAMES, serverKey, home.now());
    return keepPair(join(home.dir, 'server'), SERVER_FILES, { cert, key: serverKey });
  }

  return alone(home.dir, async () => {
    const root = (await readRoot(home)) ?? (await makeRoot());
    const server = (await readServer(home, root)) ?? (await makeServer(root));
    return { root, server };
  });
}

async function readRoot(home: Home): Promise<Authority | undefined> {
  const pair = await readPair(join(home.dir, 'ca'), ROOT_FILES);
  const root = pair && sound(pair, pair.cert, home.now());
  return root?.ca && root.publicKey.asymmetricKeyType === 'rsa' ? pair : undefined;
}

async function readServer(home: Home, root: Authority): Promise<ServerCertificate | undefined> {
  const pair = await readPair(join(home.dir, 'server'), SERVER_FILES);
  const server = pair && sound(pair, root.cert, home.now());
  const named =
    server &&
    SERVER_NAMES.hosts.every((host) => server.checkHost(host)) &&
    SERVER_NAMES.addresses.every((address) => server.checkIP(address));
  return named ? pair : undefined;
}

/** Where the root's certificate lies. */
export function rootPath({ dir }: Home): string {
  return join(dir, 'ca', ROOT_FILES.cert);
}

/** A server's pair that no client may trust. The server's own key serves: making one takes long. */
export async function makeUnfit(
  root: Authority,
  { key }: ServerCertificate,
  unfit: Unfit,
  now: Date,
): Promise<ServerCertificate> {
  const sign = await import('./authority.ts');
  if (unfit === 'wrong-host') {
    return { cert: sign.signServer(root, OTHER_NAMES, key, now), key };
  }
  if (unfit === 'expired-certificate') {
    const longAgo = new Date(now.getTime() - EXPIRED_AFTER_MS);
    return { cert: sign.signServer(root, SERVER_NAMES, key, longAgo), key };
  }
  const foreignKey = await newKey();
  const foreigner = { cert: sign.signRoot(foreignKey, now), key: foreignKey };
  return { cert: sign.signServer(foreigner, SERVER_NAMES, key, now), key };
}
