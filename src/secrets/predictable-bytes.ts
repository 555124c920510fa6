/** Of a pattern such as a counter of 64 bits. */
const STRIDE_MAX = 8;

/**
 * Whether most bytes follow from those before them: one value throughout, a pattern or a word that
 * repeats, a counter of up to eight bytes. Random bytes never do: of 32, sixteen would have to be what
 * they are by chance.
 */
export function isPredictable(bytes: Uint8Array): boolean {
  return repeats(bytes) || counts(bytes);
}

function repeats(bytes: Uint8Array): boolean {
  for (let period = 1; period <= bytes.length / 2; period++) {
    const foretold = bytes.subarray(period).filter((byte, index) => byte === bytes[index]);
    if (foretold.length * 2 >= bytes.length - period) {
      return true;
    }
  }
  return false;
}

function counts(bytes: Uint8Array): boolean {
  for (let stride = 1; stride <= STRIDE_MAX && stride * 4 <= bytes.length; stride++) {
    const steps = bytes.map((byte, index) => byte - (bytes[index - stride] ?? 0)).subarray(stride);
    const foretold = steps.subarray(stride).filter((step, index) => step === steps[index]);
    if (foretold.length * 2 >= steps.length - stride) {
      return true;
    }
  }
  return false;
}
