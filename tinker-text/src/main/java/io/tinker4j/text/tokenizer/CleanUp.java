package io.tinker4j.text.tokenizer;

/** Takes out spaces in front of punctuation and contractions, as Python's transformers does. */
final class CleanUp {
  private static final String[][] REPLACEMENTS = {
    {" .", "."},
    {" ?", "?"},
    {" !", "!"},
    {" ,", ","},
    {" ' ", "'"},
    {" n't", "n't"},
    {" 'm", "'m"},
    {" 's", "'s"},
    {" 've", "'ve"},
    {" 're", "'re"}
  };

  /** Only behind one of these can a match go on; see {@link #certain}. */
  private static final String OPEN = " 'nvr";

  private CleanUp() {}

  static String clean(String text) {
    String cleaned = text;
    for (String[] each : REPLACEMENTS) {
      cleaned = cleaned.replace(each[0], each[1]);
    }
    return cleaned;
  }

  /**
   * Returns how much of a text is cleaned up the same way whatever follows. Replacing takes away
   * nothing but spaces, so the last character that is no space ends the text at every step, and no
   * match reaches over a character that is only the last of one.
   */
  static int certain(CharSequence text) {
    int certain = text.length();
    while (certain > 0 && OPEN.indexOf(text.charAt(certain - 1)) >= 0) {
      certain--;
    }
    return certain;
  }
}
