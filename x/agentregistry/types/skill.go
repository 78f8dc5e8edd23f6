package types

import "fmt"

// at names an element of a list in an error.
func at(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

func validateSkills(skills []Skill) error {
	if n := len(skills); n < 1 || n > MaxSkills {
		return ErrInvalidProfile.Wrapf("profile.skills: expected 1 to %d, got %d", MaxSkills, n)
	}
	seen := make(map[string]bool, len(skills))
	for i, s := range skills {
		if err := s.Validate(at("profile.skills", i)); err != nil {
			return err
		}
		if seen[s.Id] {
			return ErrInvalidProfile.Wrapf("%s.id: expected one that is not listed twice, got %q", at("profile.skills", i), s.Id)
		}
		seen[s.Id] = true
	}
	return nil
}

// Validate returns ErrInvalidProfile with the first field that is out of its
// bounds; field is where the skill stands.
func (s Skill) Validate(field string) error {
	if err := ValidateSkillID(s.Id, field+".id"); err != nil {
		return err
	}
	if err := validateText(s.Name, field+".name", 1, maxSkillNameChars, false); err != nil {
		return err
	}
	if err := validateVersion(s.Version, field+".version"); err != nil {
		return err
	}
	if n := len(s.Tags); n > maxTags {
		return ErrInvalidProfile.Wrapf("%s.tags: expected at most %d, got %d", field, maxTags, n)
	}
	for i, tag := range s.Tags {
		if err := validateText(tag, at(field+".tags", i), 1, maxTagChars, false); err != nil {
			return err
		}
	}
	if err := validateMediaTypes(s.InputMediaTypes, field+".input_media_types"); err != nil {
		return err
	}
	if err := validateMediaTypes(s.OutputMediaTypes, field+".output_media_types"); err != nil {
		return err
	}
	if err := s.Price.Validate(field + ".price"); err != nil {
		return err
	}
	if s.SlaSeconds > maxSLASeconds {
		return ErrInvalidProfile.Wrapf("%s.sla_seconds: expected at most %d, got %d", field, maxSLASeconds, s.SlaSeconds)
	}
	if s.MaxConcurrentJobs < 1 || s.MaxConcurrentJobs > maxConcurrentJobs {
		return ErrInvalidProfile.Wrapf("%s.max_concurrent_jobs: expected 1 to %d, got %d", field, maxConcurrentJobs, s.MaxConcurrentJobs)
	}
	return validateParameters(s.Parameters, field+".parameters")
}

func validateParameters(parameters []SkillParameter, field string) error {
	if n := len(parameters); n > maxParameters {
		return ErrInvalidProfile.Wrapf("%s: expected at most %d, got %d", field, maxParameters, n)
	}
	seen := make(map[string]bool, len(parameters))
	for i, p := range parameters {
		if err := p.Validate(at(field, i)); err != nil {
			return err
		}
		if seen[p.Name] {
			return ErrInvalidProfile.Wrapf("%s.name: expected one that is not listed twice, got %q", at(field, i), p.Name)
		}
		seen[p.Name] = true
	}
	return nil
}

// Validate returns ErrInvalidProfile with the first field that is out of its bounds;
// field is where the parameter stands.
func (p SkillParameter) Validate(field string) error {
	if len(p.Name) > maxParameterChars || !parameterPattern.MatchString(p.Name) {
		return ErrInvalidProfile.Wrapf("%s.name: expected 1 to %d letters, digits, hyphens and underscores, a letter first, got %q",
			field, maxParameterChars, shorten(p.Name))
	}
	if _, known := ParameterType_name[int32(p.Type)]; !known || p.Type == PARAMETER_TYPE_UNSPECIFIED {
		return ErrInvalidProfile.Wrapf("%s.type: expected a known type such as %s, got %s", field, PARAMETER_TYPE_TEXT, p.Type)
	}
	return validateText(p.Description, field+".description", 0, maxParameterDescriptionChars, false)
}

// SkillIDs returns the ids of the profile's skills in the profile's order.
func (p Profile) SkillIDs() []string {
	ids := make([]string, len(p.Skills))
	for i, s := range p.Skills {
		ids[i] = s.Id
	}
	return ids
}
