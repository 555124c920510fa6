import { askProgram, programEnvironment, whyNot } from '../../processes/server-program.js';
import type { UnpackedProgram } from '../debian/packages.js';

/** A mariadbd that runs on this machine, with the script that makes its data folder. */
export interface MariadbProgram extends UnpackedProgram {
  /** mariadb-install-db. */
  installCommand: string;
  /** The folder with bin, sbin and share in it; null: where it was built to look. */
  baseFolder: string | null;
  /** For a person: "mariadbd on PATH". */
  name: string;
}

/** Null when it runs, else why not. */
export async function tryMariadb(program: UnpackedProgram): Promise<string | null> {
  const args = ['--no-defaults', '--version'];
  return whyNot(await askProgram(program, args, programEnvironment(program, '/')));
}
