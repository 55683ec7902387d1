package io.tinker4j.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of a case and their values. Fills the placeholders of data: {@code ${name}} is a value,
 * {@code ${name-1}} a number less one; {@code ${next_model}}, {@code ${next_sampler}} and {@code
 * ${next_seq}} count the models and samplers of the session from 0 and the operations of the model
 * from 1. An object with {@code template} is a body that cases share, changed by {@code with} and
 * {@code without}; one with {@code repeat} and {@code times} is a list.
 */
final class Scope {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)([+-]\\d+)?}");

  private final Map<String, Object> values = new HashMap<>();
  private final Map<String, Integer> counters = new HashMap<>();
  private final Map<String, Spec> templates;
  private final Needs needs;

  /** Makes what a case names and no step has made: its session, its model. */
  @FunctionalInterface
  interface Needs {
    void meet(String name) throws IOException, InterruptedException;
  }

  Scope(Map<String, Spec> templates, Needs needs) {
    this.templates = templates;
    this.needs = needs;
  }

  /** A scope of the same values that stays as it is. */
  Scope copy() {
    Scope copy = new Scope(templates, name -> {});
    copy.values.putAll(values);
    copy.counters.putAll(counters);
    return copy;
  }

  void set(String name, Object value) {
    values.put(name, value);
  }

  private Object get(String name) throws IOException, InterruptedException {
    if (name.startsWith("next_")) {
      return counters.merge(name, name.equals("next_seq") ? 1 : 0, (last, first) -> last + 1);
    }
    if (!values.containsKey(name)) {
      needs.meet(name);
    }
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalStateException("no step has made " + name);
    }
    return value;
  }

  String fillText(String text) throws IOException, InterruptedException {
    return String.valueOf(fill(text));
  }

  @Nullable Object fill(@Nullable Object data) throws IOException, InterruptedException {
    return switch (data) {
      case String text -> filled(text);
      case List<?> list -> filled(list);
      case Map<?, ?> map when map.containsKey("template") -> fromTemplate(map);
      case Map<?, ?> map when map.containsKey("repeat") -> repeated(map);
      case Map<?, ?> map -> filled(map);
      case null, default -> data;
    };
  }

  private Object filled(String text) throws IOException, InterruptedException {
    Matcher placeholders = PLACEHOLDER.matcher(text);
    if (placeholders.matches()) {
      return value(placeholders);
    }
    StringBuilder filled = new StringBuilder();
    placeholders.reset();
    while (placeholders.find()) {
      placeholders.appendReplacement(
          filled, Matcher.quoteReplacement(String.valueOf(value(placeholders))));
    }
    return placeholders.appendTail(filled).toString();
  }

  private Object value(Matcher placeholder) throws IOException, InterruptedException {
    Object value = get(placeholder.group(1));
    String offset = placeholder.group(2);
    return offset == null ? value : ((Number) value).intValue() + Integer.parseInt(offset);
  }

  private List<@Nullable Object> filled(List<?> list) throws IOException, InterruptedException {
    List<@Nullable Object> filled = new ArrayList<>();
    for (Object each : list) {
      filled.add(fill(each));
    }
    return filled;
  }

  private Map<String, @Nullable Object> filled(Map<?, ?> map)
      throws IOException, InterruptedException {
    Map<String, @Nullable Object> filled = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      filled.put(String.valueOf(entry.getKey()), fill(entry.getValue()));
    }
    return filled;
  }

  private @Nullable Object fromTemplate(Map<?, ?> use) throws IOException, InterruptedException {
    Spec changes = Spec.of("template", use);
    String name = changes.text("template");
    Spec template = templates.get(name);
    if (template == null) {
      throw new IllegalArgumentException("there is no template " + name);
    }
    Map<String, @Nullable Object> body = template.properties();
    body.putAll(changes.map("with"));
    changes.list("without").forEach(body::remove);
    changes.end();
    return fill(body);
  }

  private List<@Nullable Object> repeated(Map<?, ?> map) throws IOException, InterruptedException {
    Spec spec = Spec.of("repeat", map);
    Object element = fill(spec.value("repeat"));
    if (!(fill(spec.value("times")) instanceof Integer times)) {
      throw spec.mistake("expected a whole number at times");
    }
    spec.end();
    return new ArrayList<>(Collections.nCopies(times, element));
  }
}
