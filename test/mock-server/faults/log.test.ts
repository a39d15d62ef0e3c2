/** What the log and the journal say of a struck call. */
import { expect, it } from 'vitest';
import { readyText, requestLine } from '../../../mock-server/cli/text.ts';
import { clientOf, useLab } from '../../support/server.ts';

const lab = useLab();

it('the line of a request names the faults, when they struck, and what became of the money', async () => {
  const server = await lab.start({ scenario: 'faults/err-code-unknown' });
  const client = clientOf(server);
  await client.send();
  await client.send();
  await client.send();
  await client.close();
  expect(server.journal.entries().map(requestLine)).toEqual([
    '2026-01-31 12:00:00 sendredpack test0000000001 1.00 sent (its order is paid) but err-code (after the money) - sent\n',
    '2026-01-31 12:00:00 sendredpack test0000000002 1.00 sent but err-code (before the money) - sent, but nothing of it was written\n',
    '2026-01-31 12:00:00 sendredpack test0000000003 1.00 sent - sent\n',
  ]);
});

it('the journal keeps what was sent of the answer, and of a huge one the beginning', async () => {
  const server = await lab.start({ scenario: 'faults/huge' });
  const client = clientOf(server);
  await client.send();
  await client.close();
  const [entry] = server.journal.entries();
  expect(entry?.reply).toHaveLength(8_176);
  expect(entry?.reply).toMatch(/^<xml>\n<return_code>/);
});

it('the ready text says that the listener misbehaves on purpose', async () => {
  const sound = await lab.start();
  expect(readyText(sound)).not.toContain('tls ');
  const server = await lab.start({ scenario: 'faults/tls-wrong-host' });
  expect(readyText(server)).toContain('  tls       wrong-host, on purpose\n');
});
