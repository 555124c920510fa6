/** Who is logged in at a lane: the people of the lane, and a crowd beside them. */
import type { SeededData } from '../fleet/service-commands.js';

export interface Person {
  /** Names the login in the record; a new one of the same user has another. */
  login: number;
  user: SeededData['users'][number];
  credential: Record<string, string>;
  /** The instance that knows the login; null: all do. */
  boundTo: number | null;
  /** On the clock of the lane; null: it does not end by itself. */
  endsAtMs: number | null;
  state: 'good' | 'ending' | 'ended';
  /** One of a crowd is logged in once, and forgotten when everybody logs in anew. */
  isOfCrowd: boolean;
}

/** Whose logins may be asked with, and what is then right. */
interface Asking {
  good: readonly Person[];
  ended: readonly Person[];
}

export interface Roster {
  all(): readonly Person[];
  /** In the place of an earlier login of the user, or as one more. */
  put(person: Person): void;
  setState(person: Person, state: Person['state']): void;
  forgetCrowd(): void;
  /** At this moment. */
  asking(): Asking;
}

/**
 * @param isAsked whether a login is asked with at this moment
 * @param changesByItself whether time alone changes that; where it does not, nobody goes through a crowd for each request
 */
export function createRoster(
  isAsked: (person: Person) => boolean,
  changesByItself: boolean,
): Roster {
  let people: Person[] = [];
  let known: Asking | null = null;
  return {
    all: () => people,
    put(person) {
      const before = person.isOfCrowd
        ? -1
        : people.findIndex(({ user, isOfCrowd }) => !isOfCrowd && user.id === person.user.id);
      if (before < 0) people.push(person);
      else people[before] = person;
      known = null;
    },
    setState(person, state) {
      person.state = state;
      known = null;
    },
    forgetCrowd() {
      people = people.filter(({ isOfCrowd }) => !isOfCrowd);
      known = null;
    },
    asking() {
      if (known === null || changesByItself) {
        const asked = people.filter(isAsked);
        known = {
          good: asked.filter(({ state }) => state === 'good'),
          ended: asked.filter(({ state }) => state === 'ended'),
        };
      }
      return known;
    },
  };
}
