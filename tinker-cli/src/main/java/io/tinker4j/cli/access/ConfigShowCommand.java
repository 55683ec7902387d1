package io.tinker4j.cli.access;

import io.tinker4j.cli.access.Settings.Value;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.Table;
import io.tinker4j.transport.Redaction;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tinker config show}. */
@Command(
    name = "show",
    description = {
      "Shows each setting, and which option, variable, system property or profile it comes from.",
      "Options go before system properties (tinker.*), these before environment variables"
          + " (TINKER_*), and these before the profile of TINKER_PROFILE or of the file. The"
          + " profile of --profile goes before all but options. Secrets are masked. Asks no server."
    })
final class ConfigShowCommand implements Callable<Integer> {
  private static final String MASK = "***";
  private static final String DEFAULT = "default";

  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client;

  ConfigShowCommand(Console console, Surroundings surroundings) {
    this.console = console;
    this.client = new ClientOptions(surroundings);
  }

  private record Row(String name, @Nullable String value, @Nullable String origin) {}

  @Override
  public Integer call() {
    Settings settings = client.settings();
    List<Row> rows = rows(settings);
    console.print(spec, () -> table(rows), json(settings, rows));
    if (console.printsTables()) {
      Console.out(spec).println(where(settings.profiles()));
      Console.out(spec).flush();
    }
    return 0;
  }

  private List<Row> rows(Settings settings) {
    List<Row> rows = new ArrayList<>();
    rows.add(
        new Row("profile", settings.profile().orElse(null), settings.profileOrigin().orElse(null)));
    for (Setting setting : Setting.values()) {
      rows.add(
          switch (setting) {
            case BASE_URL -> row(setting, settings, client.address());
            case API_KEY -> key(settings);
            default -> row(setting, settings, null);
          });
    }
    return rows;
  }

  private static Row row(Setting setting, Settings settings, @Nullable String otherwise) {
    Optional<Value> value = settings.find(setting);
    return value
        .map(each -> new Row(setting.key(), Redaction.byForm(each.text()), each.origin()))
        .orElseGet(() -> new Row(setting.key(), otherwise, otherwise == null ? null : DEFAULT));
  }

  /** A key that is not used, as a command goes before it, is not the one that counts. */
  private Row key(Settings settings) {
    Optional<Credential> credential = client.credential();
    boolean isCommand =
        credential.isPresent()
            && settings
                .find(Setting.CREDENTIAL_COMMAND)
                .filter(each -> each.origin().equals(credential.get().origin()))
                .isPresent();
    return credential.isEmpty() || isCommand
        ? new Row(Setting.API_KEY.key(), null, null)
        : new Row(Setting.API_KEY.key(), MASK, credential.get().origin());
  }

  private static Table table(List<Row> rows) {
    return new Table(
        "Settings",
        List.of("Setting", "Value", "From"),
        rows.stream()
            .map(row -> List.of(row.name(), shown(row.value()), shown(row.origin())))
            .toList());
  }

  private static String shown(@Nullable String value) {
    return value == null ? "-" : value;
  }

  private static String where(Profiles profiles) {
    if (!Files.exists(profiles.file())) {
      return "Profiles: none; they would be in " + profiles.file();
    }
    return "Profiles in %s: %s"
        .formatted(
            profiles.file(),
            profiles.byName().isEmpty() ? "none" : String.join(", ", profiles.byName().keySet()));
  }

  private static Map<String, Object> json(Settings settings, List<Row> rows) {
    List<Map<String, @Nullable Object>> shown = new ArrayList<>();
    for (Row row : rows) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("name", row.name());
      fields.put("value", row.value());
      fields.put("origin", row.origin());
      shown.add(fields);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", settings.profiles().file().toString());
    json.put("profiles", List.copyOf(settings.profiles().byName().keySet()));
    json.put("settings", shown);
    return json;
  }
}
