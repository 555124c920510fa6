import { openApi } from '../answer-schemas.js';
import type { Operation } from '../operation.js';

/** src/api/routes/docs-routes.ts */
export function documentationOperations(): Operation[] {
  return [
    {
      id: 'openDocs',
      method: 'get',
      path: '/',
      tag: 'documentation',
      summary: 'Leads to the page at /docs',
      access: 'anyone',
      answers: [{ status: 303, description: 'The page is at Location.', headers: ['Location'] }],
    },
    {
      id: 'readOpenApi',
      method: 'get',
      path: '/openapi.json',
      tag: 'documentation',
      summary: 'This document',
      access: 'anyone',
      parameters: ['ifNoneMatch'],
      answers: [
        {
          status: 200,
          description: 'The API under the strategy of this instance.',
          schema: openApi,
          headers: ['ETag'],
        },
        { status: 304, description: 'It is that of If-None-Match.', headers: ['ETag'] },
      ],
    },
    {
      id: 'readDocs',
      method: 'get',
      path: '/docs',
      tag: 'documentation',
      summary: 'A page that shows this document, and tries the API',
      access: 'anyone',
      parameters: ['ifNoneMatch'],
      answers: [
        {
          status: 200,
          description: 'Swagger UI.',
          mediaType: 'text/html',
          headers: ['ETag'],
        },
        { status: 304, description: 'It is that of If-None-Match.', headers: ['ETag'] },
      ],
    },
    {
      id: 'readDocsFile',
      method: 'get',
      path: '/docs/:file',
      tag: 'documentation',
      summary: 'What that page is made of',
      access: 'anyone',
      parameters: ['docsFile', 'ifNoneMatch'],
      answers: [
        {
          status: 200,
          description: 'A script, a style sheet or an icon.',
          mediaType: '*/*',
          headers: ['ETag'],
        },
        { status: 304, description: 'It is that of If-None-Match.', headers: ['ETag'] },
      ],
      problems: ['not_found'],
    },
  ];
}
