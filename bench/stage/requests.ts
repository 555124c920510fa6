/** What the people of a lane ask for: mostly one thing, and now and then another. A kind is a line. */
export const READS = {
  /** Who am I: the cheapest question that needs a login. */
  me: { path: () => '/me', revalidates: false },
  /** A page of posts, read from the database each time. */
  posts: { path: () => '/posts?limit=20', revalidates: false },
  /** One post. */
  post: { path: (firstPost: number) => `/posts/${firstPost}`, revalidates: false },
  /** The same post by a client that kept it, and asks whether it has changed (If-None-Match). */
  'post-again': { path: (firstPost: number) => `/posts/${firstPost}`, revalidates: true },
} as const;

export const SOMETIMES = {
  post: {
    path: '/posts',
    body: {
      title: 'Written during a drill',
      body: 'So that a lost write can be seen. '.repeat(4),
    },
  },
  /** Nearly as long as a text may be, and every passage of it: the model computes for some 20 ms. */
  prediction: {
    path: '/predictions',
    body: {
      text: 'Dear friend, this is no lottery, and you have won it. '.repeat(360),
      passages: 3,
    },
  },
  nothing: null,
} as const;

export interface LaneLoad {
  reads: keyof typeof READS;
  sometimes: keyof typeof SOMETIMES;
  /** One request in so many is of the other kind. */
  every: number;
}

export const USUAL_LOAD: LaneLoad = { reads: 'me', sometimes: 'post', every: 10 };
