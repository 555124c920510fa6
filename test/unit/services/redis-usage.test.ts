import { expect } from 'chai';
import { usageIn } from '../../../bench/stores/redis/info.js';

const INFO = [
  '# Server',
  'server_time_usec:1700000000500000',
  '# Memory',
  'used_memory:1000',
  'used_memory_rss:7340032',
  '# CPU',
  'used_cpu_sys:1.250000',
  'used_cpu_user:2.500000',
  'used_cpu_sys_children:9.000000',
  '# Commandstats',
  'cmdstat_get:calls=100,usec=50,usec_per_call=0.50,rejected_calls=0,failed_calls=0',
  'cmdstat_set:calls=20,usec=50,usec_per_call=0.50,rejected_calls=0,failed_calls=0',
  'cmdstat_info:calls=7,usec=50,usec_per_call=0.50,rejected_calls=0,failed_calls=0',
  'cmdstat_client|setinfo:calls=4,usec=50,usec_per_call=0.50,rejected_calls=0,failed_calls=0',
].join('\r\n');

describe("Redis's own figures", () => {
  it('add the CPU time of user and system, without children', () => {
    expect(usageIn(INFO).cpuSeconds).to.equal(3.75);
  });

  it('count commands of requests, not those of connections or of the lab', () => {
    expect(usageIn(INFO).commands).to.equal(120);
  });

  it("bear the moment they were true, by Redis's own clock", () => {
    expect(usageIn(INFO).atSeconds).to.equal(1_700_000_000.5);
  });

  it('give the resident memory', () => {
    expect(usageIn(INFO).rssBytes).to.equal(7_340_032);
  });
});
