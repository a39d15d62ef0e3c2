/** The front server's own pages: what a client gets before anything reads its XML (domain facts §3, E66-E68). */
export const PAGES = {
  badCertificate: page(
    400,
    '400 The SSL certificate error',
    '400 Bad Request',
    'The SSL certificate error',
  ),
  noCertificate: page(
    400,
    '400 No required SSL certificate was sent',
    '400 Bad Request',
    'No required SSL certificate was sent',
  ),
  tooLarge: page(413, '413 Request Entity Too Large', '413 Request Entity Too Large'),
} as const;

/** What nginx says of a status, in its own words. */
const STATUS_LINES: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** The page that a gateway shows in place of an answer, when a scenario asks for one. */
export function gatewayPage(status: number): Page {
  const line = `${status} ${STATUS_LINES[status] ?? ''}`;
  return page(status, line, line);
}

export interface Page {
  readonly status: number;
  readonly body: string;
}

function page(status: number, title: string, heading: string, line?: string): Page {
  const rows = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body bgcolor="white">',
    `<center><h1>${heading}</h1></center>`,
    ...(line ? [`<center>${line}</center>`] : []),
    '<hr><center>nginx</center>',
    '</body>',
    '</html>',
  ];
  return { status, body: `${rows.join('\r\n')}\r\n` };
}
