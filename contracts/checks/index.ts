/**
 * The public face of the checks: is a server, whoever made it, like the real one? What makes requests up (arbitraries.ts,
 * generated-run.ts) is not here, because it needs fast-check.
 */
export { type Finding, judge } from './judge.ts';
export type { JudgedRequest, WireReply } from './reply-view.ts';
export type {
  Acceptable,
  CallStep,
  CaseStep,
  Needs,
  ServerCase,
  ShownCertificate,
} from './server-case.ts';
export { serverCases } from './server-cases.ts';
export type { Arrangement, Exchange, NoReply, ServerTarget } from './server-target.ts';
export { type CheckResult, type VerdictName, type VerifyOptions, verifyServer } from './verify.ts';
