import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for credentials in all that the tests of all modules have printed and logged, down to
 * DEBUG: {@code SecretScan.java DIR}. API keys and tokens are known by their form; the other
 * secrets of tests have a secret in their name.
 */
class SecretScan {
  private static final Pattern SECRET =
      Pattern.compile(
          "tml-[A-Za-z0-9][\\w-]*|eyJ[\\w-]*\\.[\\w-]+\\.[\\w-]*|s3cret[\\w+]*|\\w+-secret\\b|secret-\\w+");

  /** Of the outputs of a module in a directory of modules. */
  private static final int DEEPEST = 5;

  public static void main(String[] args) throws IOException {
    if (!SECRET.matcher("key=tml-x").find() || SECRET.matcher("starts with 'tml-'").find()) {
      throw new IllegalStateException("the pattern does not know a key");
    }
    List<Path> outputs = outputs(Path.of(args[0]));
    List<String> found = new ArrayList<>();
    for (Path output : outputs) {
      // Whatever bytes a test prints, this reads them.
      String text = Files.readString(output, StandardCharsets.ISO_8859_1);
      Matcher secret = SECRET.matcher(text);
      while (secret.find()) {
        found.add(output + ": " + secret.group());
      }
    }
    found.forEach(System.err::println);
    System.out.println(found.size() + " secrets in " + outputs.size() + " outputs of tests");
    System.exit(found.isEmpty() ? 0 : 1);
  }

  private static List<Path> outputs(Path root) throws IOException {
    try (Stream<Path> files =
        Files.find(root, DEEPEST, (file, is) -> file.toString().endsWith("-output.txt"))) {
      return files
          .filter(file -> file.getParent().endsWith("target/surefire-reports"))
          .sorted()
          .toList();
    }
  }
}
