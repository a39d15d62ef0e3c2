/** The fields of a packet that are not who gets how much: flags, defaults of redpack.yaml, and what the mock is content with. */
import { networkInterfaces } from 'node:os';
import type { Command } from 'commander';
import { EDITION_TABLES, type Edition } from '../../contracts/core.ts';
import { type Order, strangersIn } from '../order.ts';
import type { Violation } from '../order-check.ts';
import { UsageError } from './context.ts';
import type { Settings } from './settings.ts';

export type PacketFields = Readonly<Record<string, string>>;

export interface PacketFlags {
  readonly sendName?: string;
  readonly wishing?: string;
  readonly actName?: string;
  readonly remark?: string;
  readonly clientIp?: string;
  readonly sceneId?: string;
  readonly field?: readonly string[];
}

const FLAGS = {
  sendName: { flag: '--send-name <text>', field: 'send_name', about: 'who sends' },
  wishing: { flag: '--wishing <text>', field: 'wishing', about: 'the wish' },
  actName: { flag: '--act-name <text>', field: 'act_name', about: 'name of the activity' },
  remark: { flag: '--remark <text>', field: 'remark', about: 'remark' },
  clientIp: {
    flag: '--client-ip <ip>',
    field: 'client_ip',
    about: 'any IPv4; default that of this machine',
  },
  sceneId: {
    flag: '--scene-id <id>',
    field: 'scene_id',
    about: 'PRODUCT_1 to PRODUCT_8: below 1 or above 200 yuan',
  },
} as const;

export function addPacketOptions(command: Command): Command {
  command.optionsGroup('Packet (or under defaults: in redpack.yaml, by their wire names):');
  for (const { flag, about } of Object.values(FLAGS)) command.option(flag, about);
  const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];
  return command.option('--field <name=text>', 'any other field, repeatable', collect);
}

/** Fields from flags over those of the file over what nobody needs to choose. @throws UsageError */
export function packetFields(flags: PacketFlags, settings: Settings): PacketFields {
  const fields: Record<string, string> = {
    client_ip: ownAddress(),
    ...(settings.real ? {} : examples(settings.edition)),
    ...settings.defaults,
  };
  for (const text of flags.field ?? []) {
    const [, name, value] = /^([a-z_]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(`--field: expected name=text, like risk_info=posttime%3d1, got ${text}`);
    }
    const known = packetFieldNames(settings.edition);
    if (!known.includes(name)) {
      throw new UsageError(`--field ${name}: expected one of ${known.join(', ')}`);
    }
    fields[name] = value;
  }
  for (const [name, { field }] of Object.entries(FLAGS)) {
    const value = flags[name as keyof typeof FLAGS];
    if (value !== undefined) fields[field] = value;
  }
  return fields;
}

/** What the payment is, which is said otherwise. */
const PAYMENT_FIELDS: readonly string[] = ['mch_billno', 're_openid', 'total_amount'];

/** The fields of an edition that a packet may be given. */
export function packetFieldNames(edition: Edition): string[] {
  return EDITION_TABLES[edition].request.sendredpack
    .map(({ name }): string => name)
    .filter((name) => !PAYMENT_FIELDS.includes(name))
    .filter((name) => strangersIn(edition, { [name]: '' }).length === 0);
}

/** Fields may be of any edition here; what the order's does not have is found when it is checked. */
export function orderOf(fields: PacketFields, re_openid: string, amountFen: number): Order {
  return { ...fields, re_openid, total_amount: amountFen } as Order;
}

/** A mistake in an order, in the words of whoever typed it. @param nameOf how the field is set there */
export function violationText(
  { field, got, expected: rule }: Violation,
  nameOf: (field: string) => string = flagOf,
): string {
  // Whence the rule is known helps who writes a client, not who types a payment.
  const expected = rule.replace(/ ?\((?:E\d+(?:, )?)+\)/g, '');
  if (got === 'nothing')
    return `${nameOf(field)} is missing${elsewhere(field)}: expected ${expected}`;
  return `${nameOf(field)}: got ${got}, expected ${expected}`;
}

function elsewhere(field: string): string {
  return field in OTHER_FLAGS ? '' : ' (or under defaults: in redpack.yaml)';
}

const OTHER_FLAGS: Readonly<Record<string, string>> = {
  re_openid: '--to',
  total_amount: '--amount',
  mch_billno: '--billno',
  mch_id: '--mch-id',
  wxappid: '--appid',
};

function flagOf(field: string): string {
  const row = Object.values(FLAGS).find((each) => each.field === field);
  return row?.flag.split(' ')[0] ?? OTHER_FLAGS[field] ?? `--field ${field}=…`;
}

/** What a mock demands but nobody reads there: the words of the documentation. */
function examples(edition: Edition): PacketFields {
  const rows = EDITION_TABLES[edition].request.sendredpack.filter(
    ({ name, required }) => required === 'always' && WORDS.includes(name),
  );
  return Object.fromEntries(rows.map(({ name, example }) => [name, example]));
}

const WORDS: readonly string[] = ['nick_name', 'send_name', 'wishing', 'act_name', 'remark'];

function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return (
    addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
  );
}
