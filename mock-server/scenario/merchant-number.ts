/**
 * What can be a merchant number (商户号). The documentation says String(32) and its examples are digits, as is every number in a real
 * answer; its own check of a certificate reads one as `CN=[0-9]*`. Letters are another thing: an appid, or a name. A text of digits
 * only, for a number's first zero is lost.
 */
export const MERCHANT_NUMBER = /^[0-9]{1,32}$/;
export const MERCHANT_NUMBER_EXPECTED = 'expected a merchant number, 1 to 32 digits';
