/** The public face of the mock server. */

export type { OrderFilter, OrderPage } from './books.ts';
export type { NewMerchant } from './casting.ts';
export {
  type BundleContents,
  CertificateError,
  type MerchantBundle,
  openCertificates,
} from './certificates/bundle.ts';
export {
  type Clock,
  type ClockSetting,
  type ClockState,
  createClock,
  frozenClock,
  realClock,
  runningClock,
} from './clock.ts';
export type { Order } from './engine/facts.ts';
export type { Ledger } from './engine/ledger.ts';
export { createApp } from './http.ts';
export type { JournalEntry, JournalFilter } from './journal/entry.ts';
export type { Journal } from './journal/journal.ts';
export { StartError } from './listener.ts';
export { createMock, type Mock } from './mock.ts';
export type { Reload } from './reload.ts';
export { ScenarioError } from './scenario/folder.ts';
export { loadScenario, scenarioNames } from './scenario/load.ts';
export type { Scenario, ScenarioInput } from './scenario/schema.ts';
export { type MockServer, type MockServerOptions, startMockServer } from './serve.ts';
export type { CreatedMerchant, NewServedMerchant, ServedMerchant } from './served.ts';
export { createMemoryStore } from './store/memory.ts';
export type { Due, Step, StepResult, Store, Value, Write } from './store/store.ts';
export type { Tenant } from './tenant.ts';
export { MockUsageError } from './usage.ts';
