/** Begins the name of each folder, container and control group that the lab makes. */
export const LAB_NAME = 'session-token-lab';
