/**
 * The servers of the question on scaling, in cores: so small that eight of them and a full Redis fit into two
 * cores, and the load generator beside them (docs/decisions/012).
 */
export const SMALL_MACHINES = { instanceCores: 0.1, redisCores: 0.015 } as const;

/** How many of them, where it is calculated and not measured. */
export const SERVERS_CALCULATED: readonly number[] = [1, 2, 4, 8];
