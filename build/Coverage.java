import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads JaCoCo's report of all modules' tests and refuses a core of which too little was run. What
 * generators have written does not count: only classes whose source is in the repository do.
 */
final class Coverage {
  private static final double LINES = 0.90;
  private static final double BRANCHES = 0.80;

  private Coverage() {}

  private record Counts(long missedLines, long lines, long missedBranches, long branches) {
    Counts plus(Counts other) {
      return new Counts(
          missedLines + other.missedLines,
          lines + other.lines,
          missedBranches + other.missedBranches,
          branches + other.branches);
    }

    double ofLines() {
      return 1 - (double) missedLines / lines;
    }

    double ofBranches() {
      return 1 - (double) missedBranches / branches;
    }
  }

  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Map<String, Counts> modules = new TreeMap<>();
    List<String> report = Files.readAllLines(Path.of(arguments[1]));
    for (String line : report.subList(1, report.size())) {
      String[] row = line.split(",", -1);
      String module = row[0].substring(row[0].lastIndexOf('/') + 1);
      if (isWritten(root.resolve(module), row[1], row[2])) {
        modules.merge(module, counts(row), Counts::plus);
      }
    }

    Counts all = modules.values().stream().reduce(Counts::plus).orElseThrow();
    modules.forEach(Coverage::print);
    print("all", all);
    if (modules.size() < 4 || all.ofLines() < LINES || all.ofBranches() < BRANCHES) {
      System.err.printf(
          "coverage: wanted are %.0f %% of lines and %.0f %% of branches of four modules%n",
          100 * LINES, 100 * BRANCHES);
      System.exit(1);
    }
  }

  private static boolean isWritten(Path module, String packageName, String className) {
    String file = packageName.replace('.', '/') + "/" + className.split("\\.", 2)[0] + ".java";
    return Files.exists(module.resolve("src/main/java").resolve(file));
  }

  private static Counts counts(String[] row) {
    long missedBranches = Long.parseLong(row[5]);
    long missedLines = Long.parseLong(row[7]);
    return new Counts(
        missedLines,
        missedLines + Long.parseLong(row[8]),
        missedBranches,
        missedBranches + Long.parseLong(row[6]));
  }

  private static void print(String name, Counts counts) {
    System.out.printf(
        "coverage %-16s lines %.1f %% of %d, branches %.1f %% of %d%n",
        name, 100 * counts.ofLines(), counts.lines, 100 * counts.ofBranches(), counts.branches);
  }
}
