/** Takes away what is written for eyes only: markdown, tags, links, ids and pictures. */

const entities: Record<string, string> = { amp: '&', nbsp: ' ', lt: ' ', gt: ' ', quot: '"', apos: "'" };

/** Plain text, one line; list items and lines become clauses. */
export function stripMarkup(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/```[^`]*(```|$)/g, ' ')
    .replace(
      /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u200d|\ufe0e|\ufe0f|\u20e3/gu,
      ' ',
    )
    .replace(/<!--[^<>]*-->|<\/?[a-zA-Z][^<>]{0,300}>/g, ' ')
    .replace(/&(amp|nbsp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? ' ')
    .replace(/!?\[([^[\]]{0,300})\]\([^()\s]{0,500}\)/g, '$1')
    .replace(/\b(?:https?:\/\/|www\.)[^\s<>]*[^\s<>.,;:!?)\]}'"*_]/gi, ' ')
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, ' ')
    .replace(/^[ \t]*(?:[-*_][ \t]*){3,}$/gm, ' ')
    .replace(/^[ \t|:-]*\|[ \t|:-]*$/gm, ' ')
    .replace(/^[ \t]*(?:#{1,6}|>+|[-*+•]|\d{1,2}[.)])[ \t]+(?=\S)/gm, '')
    .replace(/[“”„]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/[*`~^|\\]{1,3}(?=[ \t]*\S)/g, (mark) => (mark === '|' ? ', ' : mark === '~' ? '~' : ''))
    .replace(/(?<![\w@.])_+|_+(?![\w@.])/g, ' ')
    .replace(/([^\s.,;:!?])[ \t]*\n\s*(?=\S)/g, '$1, ')
    .replace(/\s+/g, ' ')
    .trim();
}
