package io.tinker4j.text.json;

/** Text that is no JSON. The message is the one of Python's {@code json}, with line and column. */
public final class JsonSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final int column;

  /** Says what is wrong at which {@code char} of the text. */
  JsonSyntaxException(String problem, String text, int at) {
    super(describe(problem, text, at));
    this.problem = problem;
    this.column = text.codePointCount(text.lastIndexOf('\n', at - 1) + 1, at) + 1;
  }

  /** Returns what is wrong in a text of one line, whose number those who call know better. */
  public String inOneLine() {
    return (problem.endsWith(" at") ? problem : problem + " at") + " column " + column;
  }

  private static String describe(String problem, String text, int at) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < at; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    int column = text.codePointCount(lineStart, at) + 1;
    int place = text.codePointCount(0, at);
    return problem + ": line " + line + " column " + column + " (char " + place + ")";
  }
}
