/** Words that are said of survivors in every part. */
export default [
  { mutator: /StringLiteral/, code: /^'utf8'$/, word: "equivalent: Node's own default" },
  {
    mutator: /StringLiteral/,
    code: /^''$/,
    word: 'what stands for a field that an earlier check would have refused',
  },
  {
    mutator: /StringLiteral/,
    code: /^['`].*[ ].*['`]$/s,
    word: 'a sentence for people, which no program reads',
  },
];
