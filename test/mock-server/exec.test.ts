/** `redpack-mock exec` as a process of its own, with clients in shell and curl: what it judges, its exit codes, what it leaves. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useLab } from '../support/server.ts';

const BIN = fileURLToPath(new URL('../../dist/mock-server/bin.js', import.meta.url));
const lab = useLab();
let folder = '';

/** A client in shell: `send NUMBER` signs with openssl and posts with curl. */
const CLIENT = `
send() {
  nonce=$(openssl rand -hex 16)
  openid=oxTWIuGaIt6gTKsQRLau2M0yL16E
  text="act_name=a&client_ip=127.0.0.1&mch_billno=$1&mch_id=$REDPACK_MCH_ID&nonce_str=$nonce&re_openid=$openid&remark=r&send_name=s&total_amount=100&total_num=1&wishing=w&wxappid=$REDPACK_APPID"
  sign=$(printf '%s&key=%s' "$text" "$REDPACK_API_KEY" | openssl md5 -r | cut -c1-32 | tr a-f A-F)
  body="<xml><act_name>a</act_name><client_ip>127.0.0.1</client_ip><mch_billno>$1</mch_billno><mch_id>$REDPACK_MCH_ID</mch_id><nonce_str>$nonce</nonce_str><re_openid>$openid</re_openid><remark>r</remark><send_name>s</send_name><total_amount>100</total_amount><total_num>1</total_num><wishing>w</wishing><wxappid>$REDPACK_APPID</wxappid><sign>$sign</sign></xml>"
  curl -sS --cert "$REDPACK_CERT_DIR/apiclient_cert.pem" --key "$REDPACK_CERT_DIR/apiclient_key.pem" \\
    --data-binary "$body" "\${HOST:-$REDPACK_BASE_URL}/mmpaymkttransfers/sendredpack"
}
`;

beforeAll(async () => {
  if (!existsSync(BIN)) throw new Error('dist/ is missing: npm run build makes it');
  folder = await mkdtemp(join(tmpdir(), 'redpack-exec-test-'));
  await writeFile(join(folder, 'client.sh'), CLIENT);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...env } };
    execFile(process.execPath, [BIN, 'exec', ...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** Options, then what the shell does; `send` is there. */
const shell = (options: readonly string[], script: string, env?: NodeJS.ProcessEnv) =>
  run([...options, '--cert-dir', lab.certDir, '--', 'sh', '-ec', `. ./client.sh\n${script}`], env);

describe('the exit code', () => {
  it('is 0 when the command succeeds and its client did nothing wrong', async () => {
    const { code, stdout } = await shell([], 'send 0000000001');
    expect(stdout).toContain('<result_code><![CDATA[SUCCESS]]>');
    expect(stdout).toContain('default: exit 0, 1 call, 0 findings');
    expect(code).toBe(0);
  });

  it("is the command's own when it fails, whatever was found", async () => {
    const paidTwice = 'send A1 >/dev/null; send B2 >/dev/null; exit 7';
    const { code, stdout } = await shell(['--scenario', 'codes/current/SYSTEMERROR'], paidTwice);
    expect(stdout).toContain('new-number-after-systemerror');
    expect(code).toBe(7);
  });

  it('is 1 for a double payment, and the report names both numbers and the fen', async () => {
    const { code, stdout } = await shell(
      ['--scenario', 'codes/current/SYSTEMERROR'],
      'send A1 >/dev/null; send B2 >/dev/null',
    );
    expect(stdout).toMatch(/MONEY +new-number-after-systemerror/);
    expect(stdout).toMatch(/A1 .*B2 .*100 fen \(1\.00 yuan\) lost/);
    expect(stdout).toContain('Paid twice: 100 fen (1.00 yuan)');
    expect(code).toBe(1);
  });

  it('heeds --fail-on', async () => {
    const once = 'send A1 >/dev/null';
    const scenario = ['--scenario', 'codes/current/SYSTEMERROR'];
    const [mild, strict, never] = await Promise.all([
      shell(scenario, once),
      shell([...scenario, '--fail-on', 'warning'], once),
      shell([...scenario, '--fail-on', 'never'], 'send A1 >/dev/null; send B2 >/dev/null'),
    ]);
    expect(mild.stdout).toContain('outcome-never-learned');
    expect([mild.code, strict.code, never.code]).toEqual([0, 1, 0]);
  });

  it('is 0 when the rule that was broken is ignored', async () => {
    const rule = 'new-number-after-systemerror';
    const { code, stdout } = await shell(
      ['--scenario', 'codes/current/SYSTEMERROR', '--ignore', rule],
      'send A1 >/dev/null; send B2 >/dev/null',
    );
    expect(stdout).not.toContain(rule);
    expect(code).toBe(0);
  });

  it('is 1 when coverage is less than required, and what is missing is named', async () => {
    const once = 'send A1 >/dev/null';
    const met = await shell(['--require', 'codes=0%,stages=1%'], once);
    const unmet = await shell(['--require', 'codes=documented'], once);
    expect([met.code, unmet.code]).toEqual([0, 1]);
    expect(unmet.stdout).toMatch(/NOT MET .*codes=documented.*missing: XML_ERROR/);
  });

  it('is 124 when a client without a timeout waits for an answer that never comes', async () => {
    const scenario = ['--scenario', 'faults/never-answer', '--timeout', '1.5'];
    const { code, stderr } = await shell(scenario, 'send A1');
    expect(stderr).toMatch(/faults\/never-answer: the command was ended after 1\.5 s/);
    expect(code).toBe(124);
  });

  it('is 2 when the command never calls the mock: nothing was judged', async () => {
    const two = ['--scenario', 'default,no-limits'];
    const [text, json, partly] = await Promise.all([
      run([...two, '--', 'echo']),
      run([...two, '--fail-on', 'never', '--report', 'json', '--', 'true']),
      shell(two, 'test $REDPACK_SCENARIO = default || send A1'),
    ]);
    expect(text.stdout).toContain('no call came: does the command read REDPACK_BASE_URL?');
    expect(text.stderr).toContain('nothing was judged: the command never called the mock');
    expect(JSON.parse(json.stdout)).toMatchObject({ uncalled: true, exitCode: 2 });
    expect([text.code, json.code, partly.code]).toEqual([2, 2, 0]);
    expect(partly.stderr).not.toContain('nothing was judged');
  });

  it('is 2 when the client connects and does not trust the mock', async () => {
    const { code, stdout } = await shell([], 'CURL_CA_BUNDLE=/dev/null send A1 || true');
    expect(stdout).toMatch(/no call came, only 1 connection: does the command trust REDPACK_CA/);
    expect(code).toBe(2);
  });

  it('is 0 where the story refuses the handshake and the client came so far, else 2', async () => {
    const story = ['--scenario', 'stories/no-handshake'];
    const [came, stayed] = await Promise.all([
      shell(story, 'send A1 || true; send A1 || true'),
      shell(story, 'true'),
    ]);
    expect(came.stdout).toContain('no call came, as this story wants: 2 connections');
    expect(stayed.stdout).toContain('no call came: does the command read REDPACK_BASE_URL?');
    expect([came.code, stayed.code]).toEqual([0, 2]);
  });

  it('is 127 when there is no such command', async () => {
    const { code, stderr } = await run(['--', 'no-such-command-here']);
    expect(code).toBe(127);
    expect(stderr).toContain('no-such-command-here');
  });

  it.each([
    [
      ['--scenario', 'codes/current/NO_SUCH', '--', 'true'],
      /no scenario "codes\/current\/NO_SUCH"/,
    ],
    [
      ['--all', 'stars', '--', 'true'],
      /no scenarios in "stars": expected one of codes, codes\/2014/,
    ],
    [['--require', 'cods=all', '--', 'true'], /--require: "cods=all" is no requirement/],
    [['--ignore', 'haste', '--', 'true'], /--ignore: no rule "haste": expected one of new-number-/],
    [['--fail-on', 'doubt', '--', 'true'], /money, error, warning, note, never/],
    [['--out', '/no/such/folder/report.html', '--', 'true'], /cannot write the report/],
    [['--scenario', 'default'], /missing required argument 'command'/],
  ])('is 2 for %j, before anything is run', async (args, message) => {
    const { code, stderr } = await run(args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('what the command is told', () => {
  it('leads curl to the mock by its address, and by the real host behind the proxy', async () => {
    const { code, stdout } = await shell(
      [],
      'send A1; HOST=https://api.mch.weixin.qq.com; send B2; echo; env | grep ^REDPACK_ | sort',
    );
    expect(stdout.match(/<result_code><!\[CDATA\[SUCCESS/g)).toHaveLength(2);
    expect(stdout).toContain('default: exit 0, 2 calls, 0 findings');
    const names = stdout.match(/^REDPACK_\w+(?==.)/gm);
    expect(names).toEqual([
      'REDPACK_API_KEY',
      'REDPACK_APPID',
      'REDPACK_BASE_URL',
      'REDPACK_CA',
      'REDPACK_CERT_DIR',
      'REDPACK_MCH_ID',
      'REDPACK_MOCK_JOURNAL_DIR',
      'REDPACK_SCENARIO',
    ]);
    expect(code).toBe(0);
  });

  it('lets node and python trust the mock by the environment alone', async () => {
    const node = `node -e 'fetch(process.env.REDPACK_BASE_URL).then((r) => console.log("node", r.status))'`;
    const python = `python3 -c 'import os, urllib.request as u, urllib.error as e
try: u.urlopen(os.environ["REDPACK_BASE_URL"])
except e.HTTPError as error: print("python", error.code)'`;
    const { stdout } = await shell([], `${node}\n${python}`);
    expect(stdout).toContain('node 404');
    expect(stdout).toContain('python 404');
  });

  it("goes on trusting the user's own roots, and the system's", async () => {
    const other = await mkdtemp(join(tmpdir(), 'redpack-other-'));
    const stranger = await lab.start({ certDir: other, certificates: undefined as never });
    const { caPath } = stranger.merchant.certificates;
    const { stdout } = await shell(
      ['--no-proxy'],
      `curl -sS -o /dev/null -w 'stranger %{http_code}\n' ${stranger.url}/
       grep -c BEGIN "$CURL_CA_BUNDLE"`,
      { SSL_CERT_FILE: caPath },
    );
    await rm(other, { recursive: true, force: true });
    expect(stdout).toContain('stranger 404');
    const [, roots] = /^(\d+)$/m.exec(stdout) ?? [];
    expect(Number(roots)).toBeGreaterThan(50);
  });

  it('names no proxy with --no-proxy, and loopback as the exception with one', async () => {
    const say = 'echo "[$HTTPS_PROXY][$NO_PROXY]"';
    const env = {
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: 'intern,.qq.com',
      https_proxy: '',
      no_proxy: '',
    };
    const [without, led] = await Promise.all([
      shell(['--no-proxy'], say, env),
      shell([], say, env),
    ]);
    expect(without.stdout).toContain('[http://127.0.0.1:9][intern,.qq.com]');
    expect(led.stdout).toMatch(
      /\[http:\/\/127\.0\.0\.1:\d{4,5}\]\[intern,127\.0\.0\.1,localhost,::1\]/,
    );
  });

  it('says on the error stream which other host was asked of the proxy', async () => {
    const { stderr } = await shell([], 'curl -s https://example.invalid/ || true');
    expect(stderr).toMatch(/asked the proxy for example\.invalid:443.*--no-proxy/s);
  });

  it('is another scenario each time, and a failure keeps none from running', async () => {
    const { code, stdout } = await shell(
      ['--scenario', 'default,no-limits', '--all', 'codes/2014'],
      'echo "under $REDPACK_SCENARIO"; exit 3',
    );
    expect(stdout.match(/^under .*$/gm)?.slice(0, 3)).toEqual([
      'under default',
      'under no-limits',
      'under codes/2014/CA_ERROR',
    ]);
    expect(stdout.match(/no call came/g)).toHaveLength(16);
    expect(code).toBe(3);
  });
});

describe('under several scenarios', () => {
  it('says before each run on the error stream which it is', async () => {
    const { stderr } = await shell(['--scenario', 'default,no-limits'], 'echo running >&2');
    expect(stderr).toMatch(/^--- default \(1 of 2\)\nrunning\n--- no-limits \(2 of 2\)\nrunning\n/);
  });

  it('names an edition that nobody asked for, and counts whose pitfall was met', async () => {
    const told = ['--scenario', 'stories/closed-hours,stories/reply-lost'];
    const [mixed, asked] = await Promise.all([
      shell([...told, '--out', 'met.xml'], 'send A1 || true'),
      shell([...told, '--edition', '2014', '--report', 'html'], 'send A1 || true'),
    ]);
    expect(mixed.stdout).toMatch(
      /^stories\/closed-hours: exit 0, 1 call, \d+ findings?, edition 2014, not met /m,
    );
    expect(mixed.stdout).toContain(
      'the pitfall was not met: every call was refused before (PARAM_ERROR)',
    );
    expect(mixed.stdout).toMatch(/^stories\/reply-lost: exit 0, 1 call, \d findings? /m);
    expect(mixed.stdout).toMatch(/^2 stories, 1 met, 1 not met$/m);
    expect(await readFile(join(folder, 'met.xml'), 'utf8')).toContain(
      'name="the pitfall was met"><skipped message="every call was refused before (PARAM_ERROR)"/>',
    );
    expect(asked.stdout).toContain('not met: every call was refused before (PARAM_ERROR)');
    expect(asked.stdout).not.toContain('edition 2014, not met');
  });

  it('lets redpack send pay under each, whatever it noted under the one before', async () => {
    const packet = ['--to', 'oxTWIuGaIt6gTKsQRLau2M0yL16E', '--amount', '1.00', '--id', 'A1'];
    const redpack = [process.execPath, join(BIN, '../../client/bin.js'), 'send', ...packet];
    const { code, stdout } = await run(['--scenario', 'default,no-limits', '--', ...redpack]);
    expect(stdout.match(/exit 0, 1 call, 0 findings/g)).toHaveLength(2);
    expect(code).toBe(0);
    expect(existsSync(join(folder, '.redpack'))).toBe(false);
  });
});

describe('what is left', () => {
  /** A process that was killed and waits to be buried, as in a container without an init, is not alive. */
  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
    } catch {
      return false;
    }
    const stat = `/proc/${pid}/stat`;
    return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
  };
  const isListening = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });

  it('is neither a process, nor a port, nor a file', async () => {
    const script = [
      'sleep 1000 & echo "pid $!"',
      `(trap '' TERM; exec sleep 1000) & echo "pid $!"`,
      'echo "$HTTPS_PROXY $REDPACK_BASE_URL"',
      'echo "file $REDPACK_CERT_DIR"; echo "file $CURL_CA_BUNDLE"; ls "$REDPACK_CERT_DIR" "$CURL_CA_BUNDLE"',
    ].join('\n');
    const { code, stdout } = await run(['--', 'sh', '-ec', script]);
    // It called nothing.
    expect(code).toBe(2);
    const pids = [...stdout.matchAll(/^pid (\d+)$/gm)].map(([, pid]) => Number(pid));
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
    const ports = [...stdout.matchAll(/https?:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) =>
      Number(port),
    );
    expect(ports).toHaveLength(2);
    expect(await Promise.all(ports.map(isListening))).toEqual([false, false]);
    const files = [...stdout.matchAll(/^file (.+)$/gm)].map(([, file]) => file ?? '');
    expect(files).toHaveLength(2);
    expect(files.filter((file) => existsSync(file))).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on, and has the exit code of the command',
    async (signal) => {
      const script = `trap 'echo "was sent ${signal}"; exit 9' ${signal.slice(3)}; echo ready $$; while :; do sleep 0.05; done`;
      const child = spawn(
        process.execPath,
        [
          BIN,
          'exec',
          '--scenario',
          'default,no-limits',
          '--cert-dir',
          lab.certDir,
          '--',
          'sh',
          '-c',
          script,
        ],
        { cwd: folder },
      );
      let stdout = '';
      const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
      await new Promise<void>((resolve) => {
        child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
          stdout += chunk;
          if (stdout.includes('ready')) resolve();
        });
      });
      child.kill(signal);
      expect(await exited).toBe(9);
      expect(stdout).toContain(`was sent ${signal}`);
      expect(stdout.match(/ready/g)).toHaveLength(1);
      expect(isAlive(Number(/ready (\d+)/.exec(stdout)?.[1]))).toBe(false);
    },
  );

  // Windows has neither these signals nor groups of processes.
  it.skipIf(process.platform === 'win32').each([
    ['a command', 'echo'],
    ['one that does not want to end', `trap '' TERM; echo`],
  ])('is nothing of %s when we are killed ourselves', async (_, begin) => {
    const script = `${begin} "file $REDPACK_CERT_DIR"; sleep 1000 & echo "pid $!"; echo "pid $$"; wait; wait; sleep 1000`;
    const child = spawn(process.execPath, [BIN, 'exec', '--', 'sh', '-c', script], { cwd: folder });
    let stdout = '';
    await new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        stdout += chunk;
        if (stdout.match(/pid \d+\n/g)?.length === 2) resolve();
      });
    });
    const pids = [...stdout.matchAll(/^pid (\d+)$/gm)].map(([, pid]) => Number(pid));
    const certs = /^file (.+)$/m.exec(stdout)?.[1] ?? '';
    expect(pids.filter(isAlive)).toHaveLength(2);
    expect(certs).toMatch(/redpack-exec-/);
    expect(existsSync(certs)).toBe(true);
    // The command runs before we have heard its number from the system, and told it to the shell.
    await sleep(1_000);
    child.kill('SIGKILL');
    const top = certs.slice(0, certs.indexOf('/certs'));
    await expect
      .poll(() => [pids.filter(isAlive), existsSync(top)], { timeout: 10_000 })
      .toEqual([[], false]);
  });

  it.skipIf(process.platform !== 'linux')(
    'is not the shell that would tidy up after us',
    async () => {
      const found =
        'ps -eo pid,args | grep "[r]edpack-mock-keeper $(dirname "$(dirname "$REDPACK_CERT_DIR")")" | sed s/^/keeper/';
      const { stdout } = await run(['--', 'sh', '-c', found]);
      const [, pid] = /^keeper *(\d+)/m.exec(stdout) ?? [];
      expect(Number(pid)).toBeGreaterThan(1);
      expect(isAlive(Number(pid))).toBe(false);
    },
  );

  it('is the exit code of a shell when a signal ends the command', async () => {
    const { code } = await shell([], 'kill -KILL $$');
    expect(code).toBe(137);
  });
});

describe('the report', () => {
  const paidTwice = 'send A1 >/dev/null; send B2 >/dev/null';
  const scenario = ['--scenario', 'codes/current/SYSTEMERROR'];

  it('is JSON for a program', async () => {
    const { code, stdout } = await shell([...scenario, '--report', 'json'], paidTwice);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      exitCode: 1,
      runs: [{ scenario: 'codes/current/SYSTEMERROR', exitCode: 0, calls: 2 }],
    });
    expect(report.runs[0].findings[0]).toMatchObject({ lostFen: 100, evidence: [1, 2] });
    expect(report.coverage[0].sections.codes.met).toBe(1);
    expect(code).toBe(1);
  });

  it('is JUnit for a build server, in a file, and text on the terminal', async () => {
    const { stdout } = await shell([...scenario, '--out', 'report.xml'], paidTwice);
    expect(stdout).toContain('new-number-after-systemerror');
    const text = await readFile(join(folder, 'report.xml'), 'utf8');
    expect(XMLValidator.validate(text)).toBe(true);
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(text);
    const [suite, coverage] = testsuites.testsuite;
    expect(suite['@_failures']).toBe('1');
    const failed = suite.testcase.filter((each: object) => 'failure' in each);
    expect(failed[0]['@_name']).toContain('new-number-after-systemerror');
    const met = coverage.testcase.find(
      (each: Record<string, string>) => each['@_name'] === 'SYSTEMERROR',
    );
    expect(met['system-out']).toContain('new number 1');
  });

  it('is one HTML file that needs nothing else', async () => {
    await shell([...scenario, '--report', 'html', '--out', 'report.out'], paidTwice);
    const html = await readFile(join(folder, 'report.out'), 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain('SYSTEMERROR 后更换了单号');
    expect(html).not.toMatch(/<(?:script|link|img)\b|https?:\/\//);
  });

  it('lists what was never met when asked for it', async () => {
    const [short, long] = await Promise.all([
      shell(scenario, paidTwice),
      shell([...scenario, '--coverage'], paidTwice),
    ]);
    expect(short.stdout).toMatch(
      /codes: 1 of \d+ \(\d+%\)\n {4}SYSTEMERROR +once, then: new number 1/,
    );
    expect(short.stdout).not.toContain('never:');
    expect(long.stdout).toMatch(/never: XML_ERROR, PARAM_ERROR/);
  });
});
