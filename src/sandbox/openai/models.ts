/** The models the sandbox lists, with the days on which the vendor has announced to switch them off. */

const shutdownDates: Record<string, string | null> = {
  'gpt-4o': '2027-01-14',
  'gpt-4o-mini': '2027-01-14',
  'gpt-4.1': '2027-01-14',
  'gpt-4.1-mini': '2027-01-14',
  'gpt-5.4': null,
  'gpt-5.4-mini': null,
  'gpt-5.6-luna': null,
  'gpt-6-luna': null,
  'gpt-6-sol': null,
};

/** The `data` of GET /v1/models. Requests for models not listed are answered all the same. */
export function listModels(): {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
  shutdown_date: string | null;
}[] {
  return Object.entries(shutdownDates).map(([id, date]) => ({
    id,
    object: 'model',
    created: 1_715_367_049,
    owned_by: 'system',
    shutdown_date: date,
  }));
}
