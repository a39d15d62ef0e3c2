/** What clients did wrong, by the calls that the journal still has. */
import { createRoute, z } from '@hono/zod-openapi';
import { audit, EDITIONS, type Finding, isAtLeast, SEVERITIES } from '../../../contracts/index.ts';
import type { JournalEntry } from '../../journal/entry.ts';
import type { Mock } from '../../mock.ts';
import { object as strictObject } from '../../scenario/parts.ts';
import type { AddRoutes } from '../parts.ts';
import { problems } from '../problem.ts';
import { jsonContent, mchId } from '../schemas.ts';

const findingView = z
  .object({
    rule: z.string().describe('new-number-after-systemerror'),
    severity: z.enum(SEVERITIES),
    title: z.string(),
    title_zh: z.string(),
    what: z.string().describe('One sentence with numbers and fen'),
    evidence: z.array(z.int()).describe('Sequences of the calls that show it; of many the first'),
    lostFen: z.int().optional().describe('What it cost'),
    remedy: z.string(),
    source: z.string(),
    certainty: z.enum(['documented', 'observed', 'assumed']),
  })
  .openapi('Finding');

export function showFinding({ evidence, ...finding }: Finding): z.infer<typeof findingView> {
  return { ...finding, evidence: [...evidence] };
}

export const addFindingRoutes: AddRoutes = (app, { mock }) => {
  app.openapi(
    createRoute({
      tags: ['journal'],
      method: 'get',
      path: '/findings',
      summary: 'What clients did wrong, the gravest first',
      description:
        'An audit of the calls that the journal still has, as if no more were to come, by the edition that each merchant plays now.',
      request: {
        query: strictObject({
          mch_id: mchId.optional().describe("Of one merchant's client"),
          least: z.enum(SEVERITIES).optional().describe('So grave, or graver'),
        }),
      },
      responses: {
        200: jsonContent(
          z.object({
            findings: z.array(findingView),
            calls: z.int().describe('How many calls were looked at'),
            dropped: z.int().describe('How many calls are no longer there to be looked at'),
          }),
          'The findings; none: nothing was seen that breaks a rule',
        ),
        ...problems('invalid-input'),
      },
    }),
    (context) => {
      const { mch_id, least } = context.req.valid('query');
      const calls = mock.journal.entries({ mch_id });
      const findings = findingsIn(mock, calls)
        .filter(({ severity }) => least === undefined || isAtLeast(severity, least))
        .map(showFinding);
      return context.json({ findings, calls: calls.length, dropped: mock.journal.dropped }, 200);
    },
  );
};

/** Calls are judged together that were answered by one edition. */
function findingsIn({ tenants, edition }: Mock, calls: readonly JournalEntry[]): Finding[] {
  const editionOf = ({ mchId = '' }: JournalEntry) => tenants.get(mchId)?.edition ?? edition;
  const rank = ({ severity }: Finding): number => SEVERITIES.indexOf(severity);
  return EDITIONS.flatMap((each) =>
    audit(
      calls.filter((call) => editionOf(call) === each),
      { edition: each },
    ),
  ).sort((one, other) => rank(one) - rank(other));
}
