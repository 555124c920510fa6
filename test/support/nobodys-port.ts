/**
 * A port where nobody listens. One that was free a moment ago may have been given to somebody else since, in another process
 * of the tests for instance, who takes the connection and says nothing. The system gives nobody this one, which is tcpmux's.
 */
export const NOBODYS_PORT = 1;
