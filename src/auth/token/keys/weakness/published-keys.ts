import { createHash } from 'node:crypto';
import type { JWK } from 'jose';

/** JWK thumbprints (RFC 7638) of keys whose private part is printed, and where. */
const PUBLISHED: ReadonlyMap<string, string> = new Map([
  ['IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8', 'RFC 7515, A.2'],
  ['oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U', 'RFC 7515, A.3'],
  ['xtIsOV1FqKH77AI_A3jdTg5QfdabzqI-LNpYTPi0IgI', 'RFC 7516, A.1'],
  ['_K0fXS8wlsT7Tn3vvZrs9qdKUIqi5AxQ5EVk41xi_BM', 'RFC 7516, A.2'],
  ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs', 'RFC 7517, A.2'],
  ['cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s', 'RFC 7517, A.2'],
  ['D8R4-FeTJfzuDUy8bZ0c4hcwpul-Q11gCPs3mw6-R9Q', 'RFC 7517, C.1'],
  ['_GK0r6GCoJt9zcssg9lay4obIxgCq05ntiRymRHADSU', 'RFC 7518, C'],
  ['Vy57XrArUrW0NbpI12tEzDHABxMwrTh6HHXRenSpnCo', 'RFC 7518, C'],
  ['9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI', 'RFC 7520, 3.4'],
  ['kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k', 'RFC 8032, 7.1, and RFC 8037, A.1'],
  ['FtIu-VbGrfe_KB6CH7GNwODB72MNxj_ml11dEvO-7kk', 'RFC 8032, 7.1'],
  ['FVV5umTuau890q59V-4Ga_R6qWb7ON_ivJc4EjvCwTM', 'RFC 8032, 7.1'],
  ['lZI1vM7tnlYapaF5-cy86ptx0tT_8Av721hhiNB5ti4', 'RFC 8032, 7.1'],
  ['iiDHHfFVNG6ICMUTsicgrWf1igtFYZEK73xlobt1ah4', 'RFC 8032, 7.1'],
  ['DOvxvJiAdIqVWIkFt5hDtCunXLF0BV4-JGv4f-ALSm0', 'RFC 6979, A.2.5'],
  ['BHj8s0GPnMEQtkaULIM-PLgEhLBbuGUQ1vMxmBWZzEo', 'RFC 9421, B.1.1'],
  ['oD0HwocPBSfpNy5W3bpJeyFGY_IQ_YpqxSjQ3Yd-CLA', 'RFC 9421, B.1.2'],
  ['ydQXMtvbsOsZyFir-Y7A8t7fKEM1gbKPvyFkdpu4fvI', 'RFC 9421, B.1.3'],
  ['poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U', 'RFC 9421, B.1.4'],
  ['Fa5JHFzFB8yHv0Dk3rGTgtCQPXPr3q8midyfylf8CUU', 'RFC 9500, 2.1'],
  ['LIstkoCvByn4jk8oZPvigQkzTzO9UwnGnE-VMlkZvYQ', 'RFC 9500, 2.3'],
  ['oGDmHqCJ7yzMkWEkrlZVHkvrHIyQwtlDmeq5ForUHeY', 'the RS256 example of jwt.io'],
  ['19J8y7Zprt2-QKLjF2I5pVk0OELX6cY2AfaAv1LC_w8', 'the ES256 example of jwt.io'],
  ['9ZP03Nu8GrXPAUkbKNxHOKBzxPX83SShgFkRNK-f2lw', 'a seed of zeros'],
  ['UDDReOZl1ipXAfp9wYsm13sDBMK5og--QWdBjzuf6o4', 'a seed of ones'],
  ['LlsmkXmHJuXWkRZLv_FKl_mprfIV5aYVnXqCgsebsdU', 'a seed of 255s'],
  ['1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y', 'a seed that counts'],
  ['WWpn_pfHui9YKR4CZtQsDGMu7_Gch2zYChfSvnxgtPk', 'a seed that counts'],
]);

/**
 * Where the private part of a key is printed, or undefined.
 * @param members required ones of the public key, as they are
 */
export function publicationOfKey(members: JWK): string | undefined {
  return PUBLISHED.get(thumbprintOf(members));
}

/** RFC 7638, section 3: the required members in the order of their names. */
function thumbprintOf(members: JWK): string {
  const entries = Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(entries)))
    .digest('base64url');
}
