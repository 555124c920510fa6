import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cpuShare } from '../../../../bench/cli/options/limit-options.js';
import { parseOptions } from '../../../../bench/cli/parse-options.js';
import { LabError } from '../../../../bench/model/errors.js';
import { createCpuGroup } from '../../../../bench/processes/cpu-limits/cpu-group.js';
import { assertCores, quotaOf } from '../../../../bench/processes/cpu-limits/cpu-quota.js';
import { readThrottling, writeLimit } from '../../../../bench/processes/cpu-limits/limit-files.js';
import {
  createThrottlingMeter,
  NOT_THROTTLED,
  parseCpuStat,
} from '../../../../bench/processes/cpu-limits/throttling.js';

describe('a share of a core as quota and period', () => {
  for (const [cores, quotaMicroseconds, periodMicroseconds] of [
    [0.01, 2_000, 200_000],
    [0.02, 2_000, 100_000],
    [0.05, 2_000, 40_000],
    [0.1, 2_000, 20_000],
    [0.25, 2_500, 10_000],
    [0.5, 5_000, 10_000],
    [1, 10_000, 10_000],
    [64, 640_000, 10_000],
  ] as const) {
    it(`is ${quotaMicroseconds / 1000} ms in every ${periodMicroseconds / 1000} ms for ${cores}`, () => {
      expect(quotaOf(cores)).to.deep.equal({ quotaMicroseconds, periodMicroseconds });
    });
  }

  it('is what was asked for within a thousandth, and what the kernel takes', () => {
    for (let cores = 0.01; cores <= 4; cores *= 1.0137) {
      const { quotaMicroseconds, periodMicroseconds } = quotaOf(cores);
      expect(quotaMicroseconds / periodMicroseconds / cores).to.be.within(0.999, 1.001);
      expect(quotaMicroseconds).to.be.at.least(1_000);
      expect(periodMicroseconds).to.be.within(1_000, 1_000_000);
    }
  });

  for (const cores of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 0.009, 65]) {
    it(`is refused for ${cores} cores`, () => {
      expect(() => assertCores(cores, 128))
        .to.throw(LabError, 'is no share of CPU time')
        .with.property('code', 'CPU_SHARE_INVALID');
    });
  }

  it('is refused above the number of cores, which it names', () => {
    expect(() => assertCores(2.5, 2)).to.throw(LabError, 'more than the 2 of this machine');
    expect(() => assertCores(2, 2)).not.to.throw();
  });

  it('can be an option', () => {
    const table = { 'instance-cpu': cpuShare('of each instance') };
    const parse = (text: string) => parseOptions(['--instance-cpu', text], table).options;
    expect(parse('0.1')).to.deep.equal({ 'instance-cpu': 0.1 });
    expect(parse('64')).to.deep.equal({ 'instance-cpu': 64 });
    for (const wrong of ['0', '0.001', '-1', '65', 'half', 'NaN', '1e3', '']) {
      expect(() => parse(wrong), wrong).to.throw(LabError, 'a number from 0.01 to 64');
    }
  });
});

describe('how long a group was held back', () => {
  it('is read in nanoseconds from version 1 and in microseconds from version 2', () => {
    expect(
      parseCpuStat('nr_periods 64\nnr_throttled 63\nthrottled_time 3095362347\nnr_bursts 0\n'),
    ).to.deep.equal({ periods: 64, throttledPeriods: 63, throttledSeconds: 3.095362347 });
    expect(
      parseCpuStat('usage_usec 9\nnr_periods 5\nnr_throttled 2\nthrottled_usec 1500\n'),
    ).to.deep.equal({ periods: 5, throttledPeriods: 2, throttledSeconds: 0.0015 });
  });

  it('is nothing in a group without the controller', () => {
    expect(parseCpuStat('usage_usec 9\n')).to.deep.equal(NOT_THROTTLED);
  });

  it('is counted from the start of the meter', () => {
    let counters = { periods: 100, throttledPeriods: 50, throttledSeconds: 7 };
    const meter = createThrottlingMeter(() => counters);
    expect(meter.read()).to.deep.equal(NOT_THROTTLED);
    meter.changePeriod(0.02);
    counters = { periods: 110, throttledPeriods: 60, throttledSeconds: 7.125 };
    expect(meter.read()).to.deep.equal({
      periods: 10,
      throttledPeriods: 10,
      throttledSeconds: 0.125,
    });
  });

  it('is no more than the throttled periods, however many threads waited on however many cores', () => {
    let counters = { periods: 0, throttledPeriods: 0, throttledSeconds: 0 };
    const meter = createThrottlingMeter(() => counters);
    meter.changePeriod(0.02);
    // 10 periods of 20 ms in which two cores waited 18 ms each.
    counters = { periods: 10, throttledPeriods: 10, throttledSeconds: 0.36 };
    expect(meter.read().throttledSeconds).to.be.closeTo(0.2, 1e-12);
    // Then 10 periods of 100 ms, in which one core waited 80 ms.
    meter.changePeriod(0.1);
    counters = { periods: 20, throttledPeriods: 20, throttledSeconds: 1.16 };
    expect(meter.read().throttledSeconds).to.be.closeTo(1, 1e-12);
    meter.changePeriod(null);
    expect(meter.read().throttledSeconds).to.be.closeTo(1, 1e-12);
  });
});

/** A plain folder stands in for a control group: it shows what is written, not what a kernel does. */
describe('the files of a group, in a plain folder', () => {
  let folder: string;
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'group-test-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('take quota and period on one line in version 2', () => {
    writeLimit['cgroup-v2'](folder, quotaOf(0.1));
    expect(text('cpu.max')).to.equal('2000 20000');
    writeLimit['cgroup-v2'](folder, null);
    expect(text('cpu.max')).to.equal('max');
  });

  it('take quota and period apart in version 1', () => {
    writeLimit['cgroup-v1'](folder, quotaOf(0.5));
    expect([text('cpu.cfs_quota_us'), text('cpu.cfs_period_us')]).to.deep.equal(['5000', '10000']);
    writeLimit['cgroup-v1'](folder, null);
    expect(text('cpu.cfs_quota_us')).to.equal('-1');
  });

  it('make a group that is limited, counts, and keeps its last figures', () => {
    writeFileSync(join(folder, 'cpu.stat'), 'nr_periods 0\nnr_throttled 0\nthrottled_usec 0\n');
    let removed = 0;
    const group = createCpuGroup({
      name: 'redis',
      machineCores: 4,
      writeLimit: (quota) => writeLimit['cgroup-v2'](folder, quota),
      readCounters: () => readThrottling(folder),
      remove: () => {
        removed += 1;
        rmSync(join(folder, 'cpu.stat'));
      },
    });
    group.setCores(0.25);
    expect(() => group.setCores(4.5)).to.throw(LabError, 'more than the 4');
    expect(text('cpu.max')).to.equal('2500 10000');
    writeFileSync(join(folder, 'cpu.stat'), 'nr_periods 9\nnr_throttled 3\nthrottled_usec 20000\n');
    const figures = { periods: 9, throttledPeriods: 3, throttledSeconds: 0.02 };
    expect(group.throttling()).to.deep.equal(figures);
    group.release();
    group.release();
    expect(removed).to.equal(1);
    expect(group.throttling()).to.deep.equal(figures);
  });

  it('say in words that a group above has less to give', () => {
    const refused = Object.assign(new Error('EINVAL: invalid argument'), { code: 'EINVAL' });
    const group = createCpuGroup({
      ...{ name: 'redis', machineCores: 4, readCounters: () => NOT_THROTTLED, remove() {} },
      writeLimit() {
        throw refused;
      },
    });
    expect(() => group.setCores(1))
      .to.throw(LabError, /of redis cannot be used.*has less to give/)
      .with.property('code', 'CPU_LIMIT_FAILED');
  });
});
