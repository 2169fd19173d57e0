namespace Alignment.CommandLine

/// Which earlier run is taken up.
type Resumption =
    | Never
    | Auto
    | Named of run: string

/// How a run is kept, whatever it runs.
type Keeping = {
    Name: string option
    Tags: string list
    Note: string option
    Group: string option
    Resume: Resumption
    /// Seconds between checkpoints.
    Checkpoint: float option
    /// How many of the newest checkpoints are kept.
    Keep: int option
}

/// What the options of keeping change, and what help says of them: commands have grammars of their own, and these options in common.
module Keeping =
    let none = {
        Name = None
        Tags = []
        Note = None
        Group = None
        Resume = Never
        Checkpoint = None
        Keep = None
    }

    /// More is a typing error: nobody has the disk for them.
    let private mostCheckpoints = 1_000_000L

    let name text keeping = { keeping with Keeping.Name = Some text }
    let tag text keeping = { keeping with Tags = keeping.Tags @ [ text ] }
    let note text keeping = { keeping with Note = Some text }
    let group text keeping = { keeping with Group = Some text }

    let resume text keeping = {
        keeping with
            Resume =
                (match text with
                 | "auto" -> Auto
                 | "never" -> Never
                 | run -> Named run)
    }

    let checkpoint text keeping = { keeping with Checkpoint = Some(Words.positive "--checkpoint" text) }

    let keep text keeping = { keeping with Keep = Some(int (Words.whole "--keep" 1L mostCheckpoints text)) }

    /// For help.
    module Usage =
        let name = "name of the run in its folder"
        let tag = "a word to find the run by; may be repeated"
        let note = "a sentence about the run, kept in its folder"
        let group = "the group that the run belongs to"

        let resume =
            "go on with a run that broke off: auto (the newest of the same kind below --out, or a new one), a run's folder, or never (the default)"

        let checkpoint = "seconds between checkpoints of a run that is kept, 30 when left out"
        let json = "print one JSON object on stdout, everything else on stderr"
        let verbose = "say on stderr what the run does; given twice, every detail"
