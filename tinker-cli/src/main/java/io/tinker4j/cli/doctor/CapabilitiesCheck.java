package io.tinker4j.cli.doctor;

import io.tinker4j.types.SupportedModel;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which models the server has. */
final class CapabilitiesCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.CAPABILITIES;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.ACCESS);
  }

  @Override
  public Finding look(Patient patient) {
    List<SupportedModel> models = patient.service().getServerCapabilities().supportedModels();
    if (models.isEmpty()) {
      return Finding.failed(
          "the server has no model",
          "check the address, and that the server has loaded its models");
    }
    List<String> names =
        models.stream().map(SupportedModel::modelName).flatMap(Optional::stream).toList();
    return Finding.ok("%s: %s".formatted(Words.count(models.size(), "model"), Words.some(names)));
  }
}
