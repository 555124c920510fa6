import { expect } from 'chai';
import {
  entityTagOf,
  matchesStrongly,
  matchesWeakly,
  parseEntityTags,
} from '../../../src/api/entity-tags.js';

const strong = (opaque: string) => ({ opaque, weak: false });
const weak = (opaque: string) => ({ opaque, weak: true });

describe('a list of entity tags', () => {
  it('is read as RFC 9110 spells it', () => {
    const lists = {
      '*': '*',
      ' * ': '*',
      '"xyzzy"': [strong('xyzzy')],
      'W/"xyzzy"': [weak('xyzzy')],
      '""': [strong('')],
      '"xyzzy", "r2d2xxxx", "c3piozzzz"': ['xyzzy', 'r2d2xxxx', 'c3piozzzz'].map(strong),
      'W/"a",W/"b"': ['a', 'b'].map(weak),
      '"a,b"': [strong('a,b')],
      ' , "a"\t,,"b" ,': ['a', 'b'].map(strong),
      '"\\"': [strong('\\')],
      '"\u00fc"': [strong('\u00fc')],
    };
    for (const [header, tags] of Object.entries(lists)) {
      expect(parseEntityTags(header), header).to.deep.equal(tags);
    }
  });

  it('is nothing else', () => {
    for (const header of [
      '',
      ' ',
      ',',
      'abc',
      "'abc'",
      '"abc',
      'abc"',
      'w/"abc"',
      'W/abc',
      'W/ "abc"',
      '"a" "b"',
      '"a";"b"',
      '"a b"',
      '"a\u007f"',
      '*,"a"',
      '**',
    ]) {
      expect(parseEntityTags(header), header).to.equal(undefined);
    }
  });
});

/** The table of RFC 9110, section 8.8.3.2. */
describe('comparing entity tags', () => {
  it('strongly, only two strong ones can be equal', () => {
    expect(matchesStrongly([weak('1')], '"1"')).to.equal(false);
    expect(matchesStrongly([strong('2')], '"1"')).to.equal(false);
    expect(matchesStrongly([strong('2'), strong('1')], '"1"')).to.equal(true);
    expect(matchesStrongly('*', '"1"')).to.equal(true);
  });

  it('weakly, weakness does not count', () => {
    expect(matchesWeakly([weak('1')], '"1"')).to.equal(true);
    expect(matchesWeakly([weak('2')], '"1"')).to.equal(false);
    expect(matchesWeakly([strong('1')], '"1"')).to.equal(true);
    expect(matchesWeakly('*', '"1"')).to.equal(true);
  });
});

describe('the entity tag of a post', () => {
  const post = {
    id: 7,
    ownerId: 1,
    actedBy: null,
    title: 't',
    body: 'b',
    version: 3,
    createdAt: new Date(0),
    updatedAt: new Date(36),
  };

  it('is strong and tells posts, versions and times apart', () => {
    expect(entityTagOf(post)).to.equal('"7-3-10"');
    const others = [
      { ...post, id: 73 },
      { ...post, version: 4 },
      { ...post, updatedAt: new Date(37) },
      { ...post, id: 7, version: 31, updatedAt: new Date(0) },
    ];
    expect(new Set([post, ...others].map(entityTagOf)).size).to.equal(others.length + 1);
  });
});
