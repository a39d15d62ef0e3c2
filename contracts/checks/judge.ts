/** Looks at one answer, whoever gave it: which rules of replies does it break? */
import { ENDPOINTS, type EndpointName, type Provenance } from '../types.ts';
import type { ReplyRule } from './reply-rule.ts';
import { REPLY_RULES } from './reply-rules.ts';
import { type JudgedRequest, type ReplyView, viewOf, type WireReply } from './reply-view.ts';

/** A rule that does not hold. */
export interface Finding extends Provenance {
  /** The rule: `sendredpack/reply/echo/mch_billno`. */
  readonly clause: string;
  readonly expected: string;
  readonly got: string;
}

/** @returns what is wrong with the reply by itself; empty when it could be the real server's */
export function judge(request: JudgedRequest, reply: WireReply): Finding[] {
  return judgeView(viewOf(request, reply)).flatMap(({ finding }) => finding ?? []);
}

/** A rule that was applied to a reply, and what it had against it. */
export interface Application {
  readonly clause: string;
  readonly finding: Finding | undefined;
}

export function judgeView(view: ReplyView): Application[] {
  const { endpoint } = view.request;
  return REPLY_RULES.filter((rule) => isAbout(rule, view)).map((rule) => {
    const clause = clauseOf(rule, endpoint);
    const complaint = rule.check(view);
    const { source, certainty } = rule;
    return { clause, finding: complaint && { clause, source, certainty, ...complaint } };
  });
}

function isAbout({ endpoints, kinds }: ReplyRule, { request, kind }: ReplyView): boolean {
  return endpoints.includes(request.endpoint) && kinds.includes(kind);
}

function clauseOf({ rule }: ReplyRule, endpoint: EndpointName): string {
  return `${endpoint}/${rule}`;
}

/** Every rule of replies by its clause: what a run of cases checks on each answer that it gets. */
export function replyClauses(): readonly (Provenance & { clause: string; title: string })[] {
  return ENDPOINTS.flatMap((endpoint) =>
    REPLY_RULES.filter((rule) => rule.endpoints.includes(endpoint)).map((rule) => {
      const { title, source, certainty } = rule;
      return { clause: clauseOf(rule, endpoint), title, source, certainty };
    }),
  );
}
