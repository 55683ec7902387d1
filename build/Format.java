import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Checks or rewrites every Java source of the project: {@code Format.java check|write DIR}. */
class Format {
  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    List<Path> wrong =
        sources(Path.of(args[1])).parallelStream().filter(file -> isWrong(file, write)).toList();
    wrong.forEach(file -> System.err.println((write ? "formatted " : "not formatted: ") + file));
    if (!write && !wrong.isEmpty()) {
      System.err.println("Run: mvn validate -pl build -Dformat=write");
      System.exit(1);
    }
  }

  private static boolean isWrong(Path file, boolean write) {
    try {
      String source = Files.readString(file);
      String formatted = formatted(source);
      if (formatted.equals(source)) {
        return false;
      }
      if (write) {
        Files.writeString(file, formatted);
      }
      return true;
    } catch (IOException | FormatterException e) {
      throw new IllegalStateException(file.toString(), e);
    }
  }

  /** What is in order after one pass needs no second one, which takes as long as the first. */
  private static String formatted(String source) throws FormatterException {
    Formatter formatter = new Formatter();
    String once = formatter.formatSourceAndFixImports(source);
    return once.equals(source)
        ? source
        : formatter.formatSource(RemoveUnusedImports.removeUnusedImports(once));
  }

  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !root.relativize(file).toString().matches("(.*[/\\\\])?target[/\\\\].*"))
          .sorted()
          .toList();
    }
  }
}
