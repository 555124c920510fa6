import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { calibrationOf } from '../../../bench/analyse/noise-floor.js';
import { readCalibration, writeCalibration } from '../../../bench/experiments/calibration.js';
import type { Calibration } from '../../../bench/model/calibration-schema.js';
import { LabError } from '../../../bench/model/errors.js';
import { makeResult } from '../report/fixture.js';

describe('calibration.json', () => {
  const run = makeResult({ strategies: ['session', 'session'], workloads: ['me'], instances: [1] });
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-calibration-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is read again as it was written, and leaves no draft behind', async () => {
    const calibration = calibrationOf(run) as Calibration;
    expect(await writeCalibration(folder, calibration)).to.equal(join(folder, 'calibration.json'));
    expect(await readCalibration(folder, run.environment)).to.deep.equal(calibration);
    expect(await readdir(folder)).to.deep.equal(['calibration.json']);
  });

  it('says nothing of another machine', async () => {
    await writeCalibration(folder, calibrationOf(run) as Calibration);
    for (const change of [{ cores: 2 }, { cpuModel: 'Other' }, { node: 'v22.0.0' }]) {
      expect(await readCalibration(folder, { ...run.environment, ...change })).to.equal(null);
    }
    const newKernel = { ...run.environment, kernel: '6.9.9' };
    expect(await readCalibration(folder, newKernel)).not.to.equal(null);
  });

  it('need not exist', async () => {
    expect(await readCalibration(folder, run.environment)).to.equal(null);
  });

  it('is refused in words when it is broken', async () => {
    for (const text of ['{', '{"schemaVersion":1}']) {
      await writeFile(join(folder, 'calibration.json'), text);
      const error = await readCalibration(folder, run.environment).catch((thrown) => thrown);
      expect(error).to.be.instanceOf(LabError).that.includes({ code: 'CALIBRATION_MALFORMED' });
      expect(error.message).to.include('npm run lab -- calibrate');
    }
  });
});
