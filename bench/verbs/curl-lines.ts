/**
 * Commands to paste. A cookie jar serves strategies that set a cookie, and the token is read into a
 * variable for those that answer one: the lines work for any strategy.
 */
export function curlLines(
  strategy: string,
  origin: string,
  email: string,
  password: string,
): string[] {
  const jar = `cookies-${strategy}.txt`;
  const json = `-H 'Content-Type: application/json'`;
  const body = JSON.stringify({ email, password });
  if (strategy.startsWith('session')) {
    return [
      `curl -i -c ${jar} ${json} -d '${body}' ${origin}/auth/login`,
      `curl -i -b ${jar} ${origin}/me`,
      `curl -i -b ${jar} ${json} -d '{"title":"Hello","body":"My first post"}' ${origin}/posts`,
      `curl -i -b ${jar} -X POST ${origin}/auth/logout`,
    ];
  }
  const header = `-H "Authorization: $CREDENTIAL"`;
  const read = `node -p 'const a=JSON.parse(fs.readFileSync(0));a.token_type+" "+a.access_token'`;
  return [
    `CREDENTIAL=$(curl -s ${json} -d '${body}' ${origin}/auth/login | ${read})`,
    `curl -i ${header} ${origin}/me`,
    `curl -i ${header} ${json} -d '{"title":"Hello","body":"My first post"}' ${origin}/posts`,
    `curl -i ${header} -X POST ${origin}/auth/logout`,
  ];
}
