/** Whether a host names this machine, so that a server's pid can be one of ours. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return (
    name === 'localhost' ||
    name === '::1' ||
    name === '' ||
    name.startsWith('/') || // a folder with a Unix socket
    /^127\.\d+\.\d+\.\d+$/.test(name)
  );
}
