//! What each format makes of the same report.

#[cfg(test)]
mod dump;
mod edges;
mod formats;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod html;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod sarif;
#[cfg(test)]
mod schemas;
