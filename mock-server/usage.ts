/** What was asked of the mock cannot be done: an unknown merchant or order, one in the wrong state, a bad argument. */
export class MockUsageError extends Error {
  override readonly name = 'MockUsageError';
}
