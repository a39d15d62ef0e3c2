import { expect, it } from 'vitest';
import type { Finding } from '../../../contracts/index.ts';
import type { showFinding } from '../../../mock-server/admin/routes/findings.ts';
import { MERCHANT, OPENID, OTHER_OPENID } from '../../support/in-process.ts';
import { clientOf, useLab } from '../../support/server.ts';
import { startWithAdmin } from './support.ts';

const lab = useLab();
const SYSTEMERROR = {
  title: 'paid, and answered with SYSTEMERROR',
  merchants: [MERCHANT],
  rules: [{ when: { nth: 1 }, then: { code: 'SYSTEMERROR' as const, money: 'moved' as const } }],
};
const rulesIn = (body: { findings: Finding[] }): string[] => body.findings.map(({ rule }) => rule);

it('finds that a client paid twice, and names the calls and what it cost', async () => {
  const { server, admin } = await startWithAdmin(lab, { scenario: SYSTEMERROR });
  const client = clientOf(server);
  await client.send({ mch_billno: 'first', re_openid: OPENID });
  await client.send({ mch_billno: 'again', re_openid: OPENID });
  const { body } = await admin.get('/findings');
  expect(body).toMatchObject({ calls: 2, dropped: 0 });
  expect(body.findings[0]).toMatchObject({
    rule: 'new-number-after-systemerror',
    severity: 'money',
    evidence: [1, 2],
    lostFen: 100,
  });
  expect(rulesIn((await admin.get('/findings?least=money')).body)).toEqual([
    'new-number-after-systemerror',
  ]);
  expect((await admin.get('/findings?mch_id=10000001')).body).toEqual({
    findings: [],
    calls: 0,
    dropped: 0,
  });
  await admin.remove('/journal');
  expect((await admin.get('/findings')).body.findings).toEqual([]);
  await client.close();
});

it('finds no double payment where the client asked with the same number', async () => {
  const { server, admin } = await startWithAdmin(lab, { scenario: SYSTEMERROR });
  const client = clientOf(server);
  await client.send({ mch_billno: 'first', re_openid: OPENID });
  await client.query('first');
  await client.send({ mch_billno: 'other', re_openid: OTHER_OPENID });
  expect((await admin.get('/findings?least=money')).body.findings).toEqual([]);
  await client.close();
});

it('refuses a severity or a merchant that is none', async () => {
  const { admin } = await startWithAdmin(lab);
  const { body } = await admin.get('/findings?least=bad&mch_id=a/b');
  expect(body.errors).toMatchObject([{ name: 'mch_id' }, { name: 'least' }]);
});

it('describes all that a finding may have', () => {
  type Undescribed = Exclude<keyof Finding, keyof ReturnType<typeof showFinding>>;
  const nothing: [Undescribed] extends [never] ? 'nothing' : Undescribed = 'nothing';
  expect(nothing).toBe('nothing');
});
