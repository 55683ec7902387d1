package io.tinker4j.cli.access;

import java.util.Locale;
import java.util.Optional;

/** What can be set outside of the command line, and under which names. */
enum Setting {
  BASE_URL(ClientOptions.BASE_URL, "TINKER_BASE_URL", "tinker.baseUrl", true),
  API_KEY(ClientOptions.API_KEY, "TINKER_API_KEY", "tinker.apiKey", true),
  CREDENTIAL_COMMAND("", "TINKER_CREDENTIAL_CMD", "", true),
  PROJECT_ID("", "TINKER_PROJECT_ID", "tinker.projectId", true),
  TAGS("", "TINKER_TAGS", "tinker.tags", false),
  PROXY("", "TINKER_PROXY", "tinker.proxy", false),
  TELEMETRY("", "TINKER_TELEMETRY", "tinker.telemetry", false);

  private final String option;
  private final String variable;
  private final String property;
  private final boolean inProfiles;

  Setting(String option, String variable, String property, boolean inProfiles) {
    this.option = option;
    this.variable = variable;
    this.property = property;
    this.inProfiles = inProfiles;
  }

  /** The name in a profile, for example {@code base_url}. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  String option() {
    return option;
  }

  String variable() {
    return variable;
  }

  Optional<String> property() {
    return Optional.of(property).filter(name -> !name.isEmpty());
  }

  boolean isInProfiles() {
    return inProfiles;
  }
}
