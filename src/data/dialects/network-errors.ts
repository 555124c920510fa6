/** Errors of Node's sockets that mean: no server to talk to. */
const NETWORK_OUTAGES =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

export function isNetworkOutage(code: string): boolean {
  return NETWORK_OUTAGES.test(code);
}
