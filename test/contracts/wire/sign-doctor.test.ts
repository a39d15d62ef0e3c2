import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  diagnoseSign,
  type EndpointName,
  SIGN_MISTAKES,
  type SignDiagnosis,
} from '../../../contracts/index.ts';
import { runs, withinMs } from '../../support/effort.ts';
import { SEED } from '../../support/seed.ts';
import known from '../../vectors/signatures.json' with { type: 'json' };
import { diagnose } from './diagnose.ts';
import {
  ASKED,
  gbk,
  joined,
  KEY,
  md5,
  SENT,
  SLIPS,
  signs,
  type Values,
  xml,
} from './sign-slips.ts';

const idsOf = (diagnosis: SignDiagnosis): readonly string[] =>
  diagnosis.kind === 'mistake' ? diagnosis.mistakes.map(({ id }) => id) : [diagnosis.kind];

describe('a client that', () => {
  it.each(SLIPS)('$does is told $ids', ({ ids, body, sign, endpoint, key = KEY }) => {
    const diagnosis = diagnose(body, endpoint, key);
    expect(idsOf(diagnosis)).toEqual(ids);
    expect(diagnosis.got).toBe(sign);
    expect(diagnosis.explanation).toMatch(/^the client .+; to fix it, \S.+[^.]$/);
  });

  it('is caught, whatever the mistake: every row has such a client', () => {
    const made = new Set(SLIPS.flatMap(({ ids }) => ids));
    expect(SIGN_MISTAKES.map(({ id }) => id).filter((id) => !made.has(id))).toEqual([]);
  });
});

describe('an answer', () => {
  it.each(SLIPS)('never holds the key, nor its explanation the right signature: $does', (slip) => {
    const key = slip.key ?? KEY;
    const diagnosis = diagnose(slip.body, slip.endpoint, key);
    expect(JSON.stringify(diagnosis).toLowerCase()).not.toContain(key.toLowerCase());
    expect(diagnosis.explanation).not.toContain(diagnosis.signature);
  });

  it('shows what the client signed beside what the server signs', () => {
    const diagnosis = diagnose(xml({ ...SENT, scene_id: '' }, signs({ ...SENT, scene_id: '' })));
    const right = `${joined(SENT)}&key=…`;
    expect(diagnosis).toMatchObject({
      kind: 'mistake',
      stringToSign: right,
      stringSigned: right.replace('&send_name', '&scene_id=&send_name'),
      signature: known.vectors.find(({ id }) => id === 'K8')?.md5,
      fix: 'leave fields without a value out of the string to sign',
      fix_zh: '值为空的参数不参与签名',
    });
    expect(diagnosis.explanation).toContain('the client signed scene_id, which is empty');
  });

  it('blots the key out of values too', () => {
    const leaky = { ...SENT, remark: KEY };
    expect(JSON.stringify(diagnose(xml(leaky, '0'.repeat(32))))).not.toContain(KEY);
    expect(JSON.stringify(diagnose(xml(SENT, KEY)))).not.toContain(KEY);
    const unknown = { ...SENT, [`k${KEY}`]: 'x' };
    expect(JSON.stringify(diagnose(xml(unknown, signs(unknown))))).not.toContain(KEY);
  });

  it('says in one line what to do, in English and in Chinese, and where the row comes from', () => {
    for (const { id, fix, fix_zh, title, source } of SIGN_MISTAKES) {
      expect([id, fix]).toEqual([id, expect.stringMatching(/^[^\n.A-Z][^\n]*[^.\n]$/)]);
      expect([id, fix_zh]).toEqual([
        id,
        expect.stringMatching(/^[^\n]*\p{Script=Han}[^\n]*[^。\n]$/u),
      ]);
      expect([id, title.length > 0 && source.length > 0]).toEqual([id, true]);
    }
    expect(new Set(SIGN_MISTAKES.map(({ id }) => id)).size).toBe(SIGN_MISTAKES.length);
  });
});

describe('known answers', () => {
  const vector = (id: string) => {
    const found = known.vectors.find((each) => each.id === id);
    if (!found) throw new Error(`no vector ${id}`);
    return { ...found, fields: new Map(Object.entries(found.fields)) };
  };
  const ask = (id: string, sign: string, endpoint: EndpointName = 'sendredpack') => {
    const { fields } = vector(id);
    return diagnoseSign({ endpoint, fields: fields.set('sign', sign), utf8: true, key: KEY });
  };

  it.each(['K3', 'K8', 'K9'])('%s is right', (id) => {
    expect(ask(id, vector(id).md5 ?? '').kind).toBe('right');
  });

  it('K6 is right for gethbinfo', () => {
    expect(ask('K6', vector('K6').md5 ?? '', 'gethbinfo').kind).toBe('right');
  });

  it('the HMAC of K8 is HMAC', () => {
    expect(idsOf(ask('K8', vector('K8').hmacSha256 ?? ''))).toEqual(['digest-hmac']);
  });

  it.each([
    ['K4', 'amt_type'],
    ['K5', 'notify_way'],
    ['K7', 'sender_name, sender_header_media_id, workwx_sign'],
  ])('%s, signed for another API, is over fields that sendredpack does not know', (id, names) => {
    const diagnosis = ask(id, vector(id).md5 ?? '');
    expect(idsOf(diagnosis)).toEqual(['unknown-signed']);
    expect(diagnosis.explanation).toContain(`signed ${names}, which sendredpack does not know`);
  });
});

describe('what is no mistake', () => {
  it('is a right signature', () => {
    expect(diagnose(xml(SENT, signs(SENT)))).toMatchObject({ kind: 'right', got: signs(SENT) });
    expect(diagnose(xml(ASKED, signs(ASKED)), 'gethbinfo').kind).toBe('right');
  });

  it.each(['', ' \n '])('is none at all: %j', (sign) => {
    expect(diagnose(xml(SENT, sign))).toMatchObject({ kind: 'unsigned', signature: signs(SENT) });
  });

  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  const values = fc
    .record({
      wishing: text,
      remark: text,
      act_name: text,
      scene_id: text,
      nick_name: text,
      extra: text,
    })
    .map((more): Values => ({ ...SENT, ...more }));

  it(`is a right signature over any values (REDPACK_SEED=${SEED})`, () => {
    fc.assert(
      fc.property(values, text, (sent, share_url) => {
        const fields: Values = { ...sent, share_url };
        const signed = Object.fromEntries(
          Object.entries(fields).filter(([name, value]) => value !== '' && name !== 'extra'),
        );
        const all = new Map(Object.entries({ ...fields, sign: signs(signed) }));
        const question = { endpoint: 'sendredpack', fields: all, utf8: true, key: KEY } as const;
        expect(diagnoseSign(question).kind).toBe('right');
      }),
      { seed: SEED, numRuns: runs(100) },
    );
  });

  it(`nor is a random signature over any values ever explained (REDPACK_SEED=${SEED})`, () => {
    const digit = (digits: string) => fc.constantFrom(...digits);
    const hex = fc.oneof(
      fc.string({ unit: digit('0123456789ABCDEF'), minLength: 32, maxLength: 32 }),
      fc.string({ unit: digit('0123456789abcdef'), minLength: 64, maxLength: 64 }),
      fc.string({ unit: digit('0123456789ABCDEF'), minLength: 16, maxLength: 31 }),
      fc.string({ maxLength: 40 }),
    );
    fc.assert(
      fc.property(values, hex, (sent, sign) => {
        fc.pre(sign.trim() !== '');
        const fields = new Map(Object.entries({ ...sent, sign }));
        const question = { endpoint: 'sendredpack', fields, utf8: true, key: KEY } as const;
        expect(diagnoseSign(question).kind).toBe('unexplained');
      }),
      { seed: SEED, numRuns: runs(60) },
    );
  });
});

describe('what nothing explains', () => {
  it('is answered with the string, the right signature and the advice to compare', () => {
    const diagnosis = diagnose(xml(SENT, md5(`${joined(SENT)}&key=another`)));
    expect(diagnosis).toMatchObject({
      kind: 'unexplained',
      stringToSign: `${joined(SENT)}&key=…`,
      signature: signs(SENT),
    });
    expect(diagnosis.explanation).toContain('if they agree, the key is another one');
  });

  it('may be no digest at all, which is said', () => {
    expect(diagnose(xml(SENT, 'C380BEC2')).explanation).toContain('8 characters came');
    expect(diagnose(xml(SENT, 'C380BEC2'))).toMatchObject({ kind: 'unexplained', tries: 0 });
  });

  it('is three mistakes at once', () => {
    const text = joined(SENT).replaceAll('&', '').toUpperCase();
    expect(diagnose(xml(SENT, md5(`${text}key='${KEY}'`))).kind).toBe('unexplained');
  });

  it('may come in GBK, which is said, and not taken for the cause', () => {
    const diagnosis = diagnose(gbk(xml(SENT, '0'.repeat(32)).toString()));
    expect(diagnosis.kind).toBe('unexplained');
    expect(diagnosis.explanation).toContain('the body is not UTF-8');
    expect(diagnosis.stringToSign).toContain('wishing=恭喜发财');
  });

  it('may be neither UTF-8 nor GBK', () => {
    const body = Buffer.concat([
      Buffer.from('<xml><a>'),
      Buffer.of(0xd0),
      Buffer.from('</a><sign>x</sign></xml>'),
    ]);
    expect(diagnose(body).explanation).toBe(
      'the body is not UTF-8, so no signature over it can match; to fix it, write the XML in UTF-8',
    );
  });
});

describe('the time it takes', () => {
  const hopeless = new Map(Object.entries({ ...SENT, sign: '0123456789ABCDEF'.repeat(2) }));
  const ask = (effort: 'quick' | 'thorough', fields = hopeless) =>
    diagnoseSign(
      { endpoint: 'sendredpack', fields, utf8: true, key: KEY, body: xml(SENT, '') },
      effort,
    );
  /** Of the processor, the best of some runs: what the machine does beside must not fail this. */
  const bestMs = (run: () => unknown): number => {
    const took = Array.from({ length: runs(8) }, () => {
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    });
    return Math.min(...took);
  };

  it('is under 50 ms for all pairs, and all pairs of a usual body are tried', () => {
    const diagnosis = ask('thorough');
    expect(diagnosis.kind === 'unexplained' && diagnosis.tries).toBeGreaterThan(3_000);
    expect(diagnosis.kind === 'unexplained' && diagnosis.tries).toBeLessThan(20_000);
    expect(diagnosis.explanation).toContain('no known mistake makes it, nor any two at once');
    expect(bestMs(() => ask('thorough'))).toBeLessThan(withinMs(50));
  });

  it('is under 10 ms for the quick search of a server', () => {
    const diagnosis = ask('quick');
    expect(diagnosis.kind === 'unexplained' && diagnosis.tries).toBe(700);
    expect(diagnosis.explanation).toContain('none of the 700 likeliest slips makes it');
    expect(bestMs(() => ask('quick'))).toBeLessThan(withinMs(10));
  });

  it('stays bounded for the longest bodies there are', () => {
    const many = new Map(hopeless);
    for (let count = 0; count < 4_000; count += 1) many.set(`field${count}`, String(count));
    const long = new Map(hopeless).set('wishing', '红&<\n'.repeat(10_000));
    const digits = new Map(hopeless).set('mch_billno', '1'.repeat(60_000));
    for (const fields of [many, long, digits]) {
      expect(bestMs(() => ask('quick', fields))).toBeLessThan(withinMs(150));
      expect(ask('quick', fields).explanation).toContain('likeliest slips');
    }
  });
});
