// Package plot draws the charts of a run from the summaries of its trials.
//
// [All] makes every chart; a [Chart] can be drawn in several formats: [Page]
// for the files under charts/ (SVG and PNG, on white, with its title), [Wide]
// and [Narrow] for the HTML report, where the page supplies title and
// background and a phone needs larger letters and fewer ticks. [Chart.Inline]
// names its colours by CSS custom properties, which [CSS] defines for a light
// and a dark page.
//
// A system has one colour and one glyph in all charts, from the palette of
// Okabe and Ito (Color Universal Design, 2008), which people with any of the
// common colour vision deficiencies can tell apart.
//
// What a chart must not hide, it shows: operations that never succeeded are
// drawn in a lane of their own above the axis, never cut off; peaks beyond the
// axis are marked with their height; trials that cannot be trusted carry a
// mark (see [MarkOf]).
package plot
