/**
 * What a person reads of a mail, as one would post it: subject and text, without what only mail has.
 * Enough of MIME (RFC 2045, RFC 2046) for an old corpus; what it cannot read it leaves out.
 */

const PARTS_DEEP = 5;

/** @param mail headers and body, as they came; bytes as characters or decoded, both are in corpora */
export function textOfMail(mail: string): string {
  const { headers, body } = split(mail);
  const text = readPart(headers, body, 0);
  return withoutListTraces(subjectOf(headers), text).trim();
}

interface Entity {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

function split(text: string): Entity {
  const border = /\r?\n\r?\n/.exec(text);
  const head = border === null ? text : text.slice(0, border.index);
  const body = border === null ? '' : text.slice(border.index + border[0].length);
  const headers = new Map<string, string>();
  for (const line of head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (colon > 0 && !headers.has(name)) {
      headers.set(name, line.slice(colon + 1).trim());
    }
  }
  return { headers, body };
}

function readPart(headers: Entity['headers'], body: string, depth: number): string {
  const type = (headers.get('content-type') ?? 'text/plain').toLowerCase();
  const boundary = /boundary="?([^";\s]+)/i.exec(headers.get('content-type') ?? '')?.[1];
  if (type.startsWith('multipart/') && boundary !== undefined && depth < PARTS_DEEP) {
    const parts = body
      .split(`--${boundary}`)
      .slice(1)
      .map((part) => split(part.trimStart()));
    const isPlain = (part: Entity) => !/html/i.test(part.headers.get('content-type') ?? '');
    // The same text twice, plain and as HTML: one is enough.
    const wanted = type.startsWith('multipart/alternative') ? parts.filter(isPlain) : parts;
    return (wanted.length > 0 ? wanted : parts)
      .map((part) => readPart(part.headers, part.body, depth + 1))
      .join('\n');
  }
  if (!type.startsWith('text')) {
    return '';
  }
  const decoded = decode(body, headers.get('content-transfer-encoding') ?? '');
  return type.includes('html') || /<html|<body|<table/i.test(decoded)
    ? withoutMarkup(decoded)
    : decoded;
}

function decode(body: string, encoding: string): string {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('latin1');
    case 'quoted-printable':
      return body
        .replaceAll(/=\r?\n/g, '')
        .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        );
    default:
      return body;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function withoutMarkup(html: string): string {
  return html
    .replaceAll(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(\w+);/g, (_, name: string) => ENTITIES[name.toLowerCase()] ?? ' ')
    .replaceAll(/&#\d+;/g, ' ');
}

function subjectOf(headers: Entity['headers']): string {
  return headers.get('subject') ?? '';
}

/**
 * Nearly all ham of a corpus comes from a few mailing lists, and a model would learn their names: tags
 * in subjects, footers, signatures, who wrote what one answers to.
 */
function withoutListTraces(subject: string, text: string): string {
  const plainSubject = subject.replaceAll(/\[[^\]]*\]/g, '').replaceAll(/\b(re|fwd?):/gi, '');
  const [upToFooter = ''] = text.split(/^(?:-- ?|_{6,}.*|-{6,}.*|={6,}.*)$/m);
  const lines = (upToFooter.trim() === '' ? text : upToFooter).split(/\r?\n/);
  const kept = lines
    .filter(
      (line) => !/^(>|on .* wrote:|.{0,60} writes?:|.{0,60} wrote:|date:|url:|from:)/i.test(line),
    )
    .map((line) => line.replaceAll(/\S+@\S+|https?:\S+|www\.\S+/gi, ' '));
  return `${plainSubject.trim()}\n${kept.join('\n')}`;
}
