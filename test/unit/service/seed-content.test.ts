import { expect } from 'chai';
import { seedPosts, seedUsers } from '../../../src/data/seed-content.js';

describe('the seeded content', () => {
  it('is the same each time', () => {
    expect(seedPosts(20, 3)).to.deep.equal(seedPosts(20, 3));
    expect(seedUsers(2)).to.deep.equal([
      { email: 'user0001@example.test', name: 'User 0001' },
      { email: 'user0002@example.test', name: 'User 0002' },
    ]);
  });

  it('lets owners take turns', () => {
    expect(seedPosts(7, 3).map(({ ownerId }) => ownerId)).to.deep.equal([1, 2, 3, 1, 2, 3, 1]);
  });

  it('does not repeat one text', () => {
    expect(new Set(seedPosts(1000, 10).map(({ body }) => body)).size).to.equal(1000);
  });
});
